/**
 * One task from its submission to the answer that was opened: the steps that either side told of.
 *
 * Agents tell of every step under their seal. Of handoffs that were told with an API key there is
 * no log: their steps are the times that the handoff itself has.
 */

import type { Fact, HandoffPart } from '../model.ts'
import type { StoredHandoff, TraceStore } from '../store.ts'

/** Handoffs looked through for a task whose trace is not known, count: the newest. */
const LOOKED_MAX = 20_000
const PAGE = 500
/** Executors that one task asked, and steps of one side of it, count. */
const ATTEMPTS_MAX = 50
const STEPS_MAX = 500
const STEPS_PAGE = 100
const ABOUT_MAX = 300

export interface TaskStep {
  readonly atUs: number
  /** `giver`: whoever wanted it done; `taker`: whoever did it. */
  readonly side: 'giver' | 'taker'
  /** Whose word it is: an agent's id, or the name of a key. */
  readonly by: string
  /** `submitted`, `received`, `accepted`, `started`, `progress`, `completed`, `failed` … */
  readonly what: string
  readonly about: string | null
  readonly span: string | null
  /** Signed by that side. */
  readonly sealed: boolean
}

export interface TaskJourney {
  readonly task: string
  /** Null when none was found. */
  readonly trace: string | null
  /** Handoffs that were looked through, count. */
  readonly looked: number
  /** Whether those were all that there are: else it may be an older one. */
  readonly all: boolean
  /** One for each agent that was asked, the first one first. */
  readonly handoffs: readonly StoredHandoff[]
  readonly steps: readonly TaskStep[]
}

/** @param task its id, or the id of a handoff; @param trace spares the search */
export async function taskJourney(
  store: Pick<TraceStore, 'handoffs' | 'facts'>,
  task: string,
  trace?: string
): Promise<TaskJourney> {
  const { found, looked, all } = await findTask(store, task, trace)
  const handoffs = found.toSorted((a, b) => timeOf(a) - timeOf(b)).slice(0, ATTEMPTS_MAX)
  const told = new Map<string, readonly TaskStep[]>()
  for (const part of handoffs.flatMap(({ giver, taker }) => [giver, taker])) {
    if (part?.span === undefined) continue
    const key = `${part.trace} ${part.span}`
    if (!told.has(key)) told.set(key, await sealedSteps(store, task, part))
  }
  const sealed = [...told.values()].flat()
  const bare = handoffs.flatMap(({ giver, taker }) =>
    [giver, taker].flatMap((part) =>
      part === undefined || hasOwn(part, sealed) ? [] : times(part)
    )
  )
  return {
    ...{ task, trace: handoffs[0]?.trace ?? null, looked, all, handoffs },
    steps: [...sealed, ...bare].toSorted((a, b) => a.atUs - b.atUs || order(a) - order(b))
  }
}

/** Of one moment: the giver submits before anybody receives, and hears of the end last. */
const order = ({ side, what }: TaskStep): number =>
  side === 'taker' ? 1 : what === 'submitted' ? 0 : 2

const timeOf = ({ giver, taker }: StoredHandoff): number =>
  giver?.offeredUs ?? taker?.offeredUs ?? taker?.acceptedUs ?? 0

const isOf = (id: string, task: string): boolean => id === task || id.startsWith(`${task}/`)

async function findTask(store: Pick<TraceStore, 'handoffs'>, task: string, trace?: string) {
  const found: StoredHandoff[] = []
  let [looked, after]: [number, string | undefined] = [0, undefined]
  do {
    const page = await store.handoffs({
      limit: PAGE,
      ...(trace !== undefined && { trace }),
      ...(after !== undefined && { after })
    })
    looked += page.items.length
    found.push(...page.items.filter(({ id }) => isOf(id, task)))
    after = page.next
    // Its attempts follow each other within minutes: one more page has the rest of them.
    if (found.length > 0 && found.at(-1) !== page.items.at(-1)) break
  } while (after !== undefined && looked < LOOKED_MAX)
  return { found, looked, all: after === undefined }
}

/** What one side's own log says. */
async function sealedSteps(
  store: Pick<TraceStore, 'facts'>,
  task: string,
  { trace, span = '', side }: HandoffPart
): Promise<readonly TaskStep[]> {
  const steps: TaskStep[] = []
  let after: string | undefined
  do {
    const page = await store.facts({
      ...{ trace, span, types: ['task.'], order: 'oldest', limit: STEPS_PAGE },
      ...(after !== undefined && { after })
    })
    steps.push(
      ...page.items.filter(({ body }) => body['task'] === task).map((fact) => stepOf(fact, side))
    )
    after = page.next
  } while (after !== undefined && steps.length < STEPS_MAX)
  return steps
}

function stepOf(fact: Fact, side: 'giver' | 'taker'): TaskStep {
  const { atUs, source, type, span = null, body } = fact
  const own = body['side']
  return {
    ...{ atUs, by: source.by, what: type.slice('task.'.length), about: aboutOf(body), span },
    side: own === 'requester' ? 'giver' : own === 'executor' ? 'taker' : side,
    sealed: source.kind === 'agent'
  }
}

/** What is worth a word of a step. */
function aboutOf(body: Fact['body']): string | null {
  const { fraction, message, code, reason, waitedMs, wallMs, bytes, attempt } = body
  const words = [
    typeof fraction === 'number' ? `${Math.round(fraction * 100)} %` : '',
    text(code),
    text(message),
    text(reason),
    typeof attempt === 'number' && attempt > 1 ? `attempt ${attempt}` : '',
    typeof waitedMs === 'number' ? `waited ${Math.round(waitedMs)} ms` : '',
    typeof wallMs === 'number' ? `took ${Math.round(wallMs)} ms` : '',
    typeof bytes === 'number' ? `${bytes} bytes` : ''
  ].filter((word) => word !== '')
  return words.length === 0 ? null : words.join(', ').slice(0, ABOUT_MAX)
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const hasOwn = ({ side, source }: HandoffPart, steps: readonly TaskStep[]): boolean =>
  steps.some((step) => step.side === side && step.by === source.by)

/** What a handoff says by itself. */
function times(part: HandoffPart): TaskStep[] {
  const { side, source, span = null, status, error } = part
  const base = { side, by: source.by, span, sealed: source.kind === 'agent', about: null }
  const gives = side === 'giver'
  const ended = status === undefined || status === 'offered' || status === 'accepted'
  const end = { what: ended ? 'ended' : (ENDS[status] ?? status), about: error?.code ?? null }
  const at = (atUs: number | undefined, told: Pick<TaskStep, 'what'> & Partial<TaskStep>) =>
    atUs === undefined ? [] : [{ ...base, ...told, atUs }]
  return [
    ...at(part.offeredUs, { what: gives ? 'submitted' : 'received' }),
    ...at(part.acceptedUs, { what: 'accepted' }),
    ...at(part.startedUs, { what: 'started' }),
    ...at(part.endedUs, end)
  ]
}

const ENDS: Readonly<Record<string, string>> = { ok: 'completed', error: 'failed' }
