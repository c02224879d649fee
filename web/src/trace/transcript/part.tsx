/** One part of the conversation: a card that folds, or a line. */

import { countOf, duration, money } from '../../format.ts'
import { Link } from '../../link.tsx'
import { Status } from '../../parts/status.tsx'
import { withQuery } from '../../route.ts'
import type { Fact, Span } from '../../types.ts'
import type { People } from '../people.ts'
import type { Run } from '../run.ts'
import { useSaid } from './attributes.ts'
import { contentKey } from './contents.ts'
import type { RunContents } from './contents.ts'
import type { Folds } from './folds.ts'
import { NotShown, Words } from './said.tsx'
import { isCard } from './tree.ts'
import type { Happening, Part } from './tree.ts'
import { saidOf } from './words.ts'

export interface Telling {
  readonly run: Run
  readonly people: People
  readonly contents: RunContents
  readonly folds: Folds
  readonly shown: ReadonlySet<Part>
  readonly selected: string | null
}

interface PartProps {
  readonly part: Part
  /** How many cards it lies in. */
  readonly depth: number
  /** In whose work it lies. */
  readonly within?: Span
  readonly telling: Telling
}

export function PartView(props: PartProps) {
  const { span } = props.part
  const current = props.telling.selected === span.span ? 'true' : undefined
  return (
    <li aria-current={current}>{isCard(props.part) ? <Card {...props} /> : <Line {...props} />}</li>
  )
}

function Card({ part, depth, within, telling }: PartProps) {
  const { span, inside } = part
  const { folds, people } = telling
  const open = folds.isOpen(part, depth)
  const who = people.ofSpan(span)
  const steps = inside.filter(({ what }) => what === 'part').length
  return (
    <article
      class={part.failed ? 'card failing' : 'card'}
      style={{ borderLeftColor: `var(--lane-${who.lane})` }}
    >
      <h2>
        <button type="button" class="plain" aria-expanded={open} onClick={() => folds.turn(part)}>
          <span class="clip">
            <span aria-hidden="true">{open ? '▾' : '▸'}</span>{' '}
            <Asking part={part} people={people} within={within} />
          </span>
        </button>
        <Measures span={span} />
      </h2>
      {!open && (
        <p class="muted">
          {countOf(steps)} {steps === 1 ? 'step' : 'steps'} inside
          {part.failed && span.status !== 'error' && ', one of them failed'}
        </p>
      )}
      {open && <Spoken span={span} sides="input" telling={telling} />}
      {open && inside.length > 0 && (
        <Inside {...{ inside, within: span, depth: depth + 1, telling }} />
      )}
      {open && <Spoken span={span} sides="output" telling={telling} />}
      {span.error !== undefined && !(open && isToldInside(part)) && <Failed error={span.error} />}
    </article>
  )
}

/** A failure that went up from below is told where it began. */
const isToldInside = ({ span: { error }, inside }: Part): boolean =>
  inside.some(
    (one) =>
      one.what === 'part' &&
      one.part.span.error?.code === error?.code &&
      one.part.span.error?.message === error?.message
  )

interface InsideProps extends Omit<PartProps, 'part'> {
  readonly inside: readonly Happening[]
}

function Inside({ inside, ...rest }: InsideProps) {
  return (
    <ol class="parts">
      {inside.map((one) =>
        one.what === 'fact' ? (
          <FactLine key={one.fact.id} fact={one.fact} />
        ) : rest.telling.shown.has(one.part) ? (
          <PartView key={one.part.key} part={one.part} {...rest} />
        ) : null
      )}
    </ol>
  )
}

interface AskingProps {
  readonly part: Part
  readonly people: People
  readonly within: Span | undefined
}

function Asking({ part: { span, asked }, people, within }: AskingProps) {
  const who = <bdi>{people.ofSpan(span).name}</bdi>
  const what = <bdi>{span.name ?? span.kind}</bdi>
  if (span.side === 'requester') {
    return (
      <>
        {who} asks <bdi>{people.of(span.peer).name}</bdi>: {what}
      </>
    )
  }
  // Work of another agent within one's own was asked for, whoever told of it.
  const asker = asked ?? within
  if (asker !== undefined && people.ofSpan(asker) !== people.ofSpan(span)) {
    return (
      <>
        <bdi>{people.ofSpan(asker).name}</bdi> asks {who}: {what}
      </>
    )
  }
  return (
    <>
      {who}: {what}
    </>
  )
}

function Measures({ span }: { readonly span: Span }) {
  const { startUs, endUs, tokens, cost, status } = span
  const [input, output] = [tokens?.input, tokens?.output]
  const known = startUs !== undefined && endUs !== undefined
  return (
    <span class="measures">
      <Status of={status} />
      {known && <span>{duration(Math.max(0, endUs - startUs) / 1_000)}</span>}
      {(input !== undefined || output !== undefined) && (
        <span>
          {countOf(input ?? 0)} → {countOf(output ?? 0)} tokens
        </span>
      )}
      {cost !== undefined && (
        <span>
          {money(cost)}
          {span.costSource === 'estimated' && ' (estimated)'}
        </span>
      )}
      <Link to={withQuery({ span: span.span })} aria-label={`Details of ${span.name ?? span.kind}`}>
        details
      </Link>
    </span>
  )
}

const DOES: Partial<Record<Span['kind'], string>> = {
  model: 'calls the model',
  tool: 'uses the tool',
  retrieval: 'looks up',
  memory: 'remembers'
}

function Line({ part: { span }, telling }: PartProps) {
  const { kind, name, error, model, tool } = span
  const what = (kind === 'model' ? model : kind === 'tool' ? tool : name) ?? name ?? kind
  return (
    <div class="line">
      <p>
        <span class="clip">
          <bdi>{telling.people.ofSpan(span).name}</bdi> {DOES[kind] ?? 'does'}{' '}
          <strong>
            <bdi>{what}</bdi>
          </strong>
          {span.provider !== undefined && (
            <span class="muted">
              {' '}
              of <bdi>{span.provider}</bdi>
            </span>
          )}
        </span>
        <Measures span={span} />
      </p>
      <Spoken span={span} sides="both" telling={telling} />
      {error !== undefined && <Failed error={error} />}
    </div>
  )
}

const Failed = ({ error: { code, message } }: { readonly error: NonNullable<Span['error']> }) => (
  <p class="failed clip">
    <span aria-hidden="true">✕ </span>
    <code>
      <bdi>{code}</bdi>
    </code>{' '}
    {message !== code && <bdi>{message}</bdi>}
  </p>
)

interface SpokenProps {
  readonly span: Span
  readonly sides: 'input' | 'output' | 'both'
  readonly telling: Telling
}

/** What went in, and what came out: as contents of agents, or in the attributes of others. */
function Spoken({ span, sides, telling: { contents, people } }: SpokenProps) {
  const { said, box } = useSaid(span)
  const by = people.ofSpan(span).name
  const isHere = (of: string): boolean =>
    sides === 'both' || (sides === 'output' ? of === 'output' || of === 'assistant' : !isLast(of))
  const sealed = contents.of.get(contentKey(span.span, span.source.by)) ?? []
  const own = sealed.filter(({ of }) => of !== 'state' && isHere(of ?? 'input'))
  return (
    <div class="spoken" ref={box}>
      {own.map((content) =>
        content.state === 'shown' ? (
          saidOf(content.value, content.of ?? 'content').map((one, at) => (
            <Words key={`${content.of ?? ''} ${at}`} said={one} by={by} />
          ))
        ) : (
          <NotShown key={`${content.of ?? ''} ${content.atUs ?? ''}`} content={content} />
        )
      )}
      {said
        .filter(({ role }) => isHere(role))
        .map((one, at) => (
          <Words key={at} said={one} by={by} />
        ))}
    </div>
  )
}

const isLast = (of: string): boolean => of === 'output' || of === 'assistant'

function FactLine({ fact: { type, body } }: { readonly fact: Fact }) {
  const words = factWords(type, body)
  return (
    <li class="fact">
      <p class="clip">
        <span class="muted">{words.what} </span>
        <bdi>{words.text}</bdi>
      </p>
    </li>
  )
}

/** In a line; the rest stands with the span. */
function factWords(type: string, body: Fact['body']): { what: string; text: string } {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  if (type === 'guard.tripped') {
    return {
      what: `guard ${text(body['action'])}:`,
      text: [text(body['guard']), text(body['reason'])].filter((word) => word !== '').join(': ')
    }
  }
  if (type === 'state.changed') {
    const operations = Array.isArray(body['operations']) ? (body['operations'] as unknown[]) : []
    const paths = operations.map((one) => text((one as { path?: unknown } | null)?.path))
    return { what: 'changes the state:', text: paths.slice(0, 8).join(', ') }
  }
  const rest = JSON.stringify(body)
  return {
    what: `${type.replace(/^event\./, '')}:`,
    text: rest.length > 300 ? `${rest.slice(0, 300)}…` : rest
  }
}
