/** From a trace to what a share shows of it: written out field by field, then checked again. */

import { redactText } from '../../node/content/redact.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { StoredSpan, TraceSummary } from '../../observer/store.ts'
import { sinceFirst } from './moments.ts'
import type { Profile } from './share.ts'
import { ATTRIBUTES, shownRun, TEXT_MAX } from './shown.ts'
import type { ShownRun, ShownSpan } from './shown.ts'
import { titleOf } from './title.ts'

const US = 1_000

export interface Run {
  readonly summary: TraceSummary
  /** By start. */
  readonly spans: readonly StoredSpan[]
  /** Of spans, in their order, as far as they were asked for. */
  readonly attributes: readonly (JsonObject | undefined)[]
}

/** @throws Error for a field that is not on the list: then nothing is shown */
export function showRun({ summary, spans, attributes }: Run, profile: Profile): ShownRun {
  const lanes = lanesOf(spans)
  const places = placesOf(spans)
  const { startUs, endUs, status, errors, tokens, cost, costSource } = summary
  const named = profile !== 'shape'
  const times = named ? sinceStart(startUs) : dateless(summary, spans)
  return shownRun.parse({
    profile,
    title: titleOf(summary),
    name: named && summary.name !== '' ? plain(summary.name) : null,
    at: named && startUs > 0 ? Math.floor(startUs / US) : null,
    status,
    ms: endUs === null ? null : Math.max(0, times(endUs) - times(startUs)),
    errors,
    tokens: named ? tokens : null,
    cost: named && costSource !== 'none' ? cost : null,
    lanes: [...lanes.values()].map(({ name }, at) => ({ name: laneName(name, at, named) })),
    spans: spans.map((span, at) =>
      showSpan(span, {
        profile,
        parent: span.parent === undefined ? null : (places.get(span.parent) ?? null),
        lane: lanes.get(laneKey(span))?.at ?? 0,
        times,
        attributes: attributes[at]
      })
    ),
    left: Math.max(0, summary.spans - spans.length)
  } satisfies ShownRun)
}

/** ms of a moment, µs since 1970. */
type Times = (us: number) => number

const sinceStart =
  (startUs: number): Times =>
  (us) =>
    (us - startUs) / US

/** Where not even the date may be told. */
const dateless = ({ startUs, endUs }: TraceSummary, spans: readonly StoredSpan[]): Times =>
  sinceFirst([startUs, endUs, ...spans.flatMap((one) => [one.startUs, one.endUs])].filter(isKnown))

const isKnown = (us: number | null | undefined): us is number => us !== null && us !== undefined

interface Around {
  readonly profile: Profile
  readonly parent: number | null
  readonly lane: number
  readonly times: Times
  readonly attributes: JsonObject | undefined
}

function showSpan(span: StoredSpan, around: Around): ShownSpan {
  const { profile, parent, lane, times, attributes } = around
  const [named, whole] = [profile !== 'shape', profile === 'full-metadata']
  const { kind, name, startUs, endUs, status, error, tokens, cost, model, tool, skill } = span
  const used = (tokens?.input ?? 0) + (tokens?.output ?? 0)
  return {
    ...{ parent, lane, kind, status },
    name: named ? plainOrNull(name) : null,
    fromMs: since(times, startUs),
    toMs: since(times, endUs),
    tokens: named && tokens !== undefined ? used : null,
    cost: named ? (cost ?? null) : null,
    error:
      whole && error !== undefined
        ? { code: plain(error.code), message: plain(error.message) }
        : null,
    model: whole ? plainOrNull(model) : null,
    tool: whole ? plainOrNull(tool) : null,
    skill: whole ? plainOrNull(skill) : null,
    attributes: whole && attributes !== undefined ? listed(attributes) : null
  }
}

const since = (times: Times, us: number | undefined): number | null =>
  us === undefined ? null : times(us)

/** Who did it: by the name it goes by, or else by who told; the latter never leaves. */
const laneKey = ({ agent, source }: StoredSpan): string =>
  agent === undefined || agent === '' ? `by ${source.by}` : `agent ${agent}`

interface Lane {
  readonly at: number
  readonly name: string | undefined
}

function lanesOf(spans: readonly StoredSpan[]): ReadonlyMap<string, Lane> {
  const lanes = new Map<string, Lane>()
  for (const span of spans) {
    const key = laneKey(span)
    if (!lanes.has(key)) lanes.set(key, { at: lanes.size, name: span.agent })
  }
  return lanes
}

/** How ids of agents begin (libp2p's peer ids): one that goes by its id has no name. */
const ID = /^(?:12D3KooW|16Uiu2|Qm)/

function laneName(name: string | undefined, at: number, named: boolean): string {
  if (!named || name === undefined || name === '' || ID.test(name)) return `Agent ${letters(at)}`
  return plain(name)
}

/** A to Z, then AA. */
function letters(at: number): string {
  const last = String.fromCodePoint(65 + (at % 26))
  return at < 26 ? last : letters(Math.floor(at / 26) - 1) + last
}

/** Of several producers that used one id, the first. */
function placesOf(spans: readonly StoredSpan[]): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (const [at, { span }] of spans.entries()) if (!places.has(span)) places.set(span, at)
  return places
}

function listed(attributes: JsonObject): NonNullable<ShownSpan['attributes']> {
  const entries = ATTRIBUTES.flatMap((name): [string, string | number | boolean][] => {
    const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (typeof value === 'string') return [[name, plain(value)]]
    return typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : []
  })
  return Object.fromEntries(entries)
}

const plainOrNull = (text: string | undefined): string | null =>
  text === undefined || text === '' ? null : plain(text)

/** Directions, zero widths and tags: who reads a share sees all there is. */
const UNSEEN = /\p{Cf}/gu
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu
/** What is looked at of one text, UTF-16 units: the redaction reads it all. */
const READ_MAX = 4_096

/** Without what is secret by its looks (ids of agents are), short, and of what can be seen. */
function plain(text: string): string {
  const seen = text.slice(0, READ_MAX).replaceAll(UNSEEN, '').replaceAll(CONTROL, ' ')
  const told = redactText(seen.toWellFormed())
  if (told.length <= TEXT_MAX) return told
  return `${told.slice(0, TEXT_MAX - 1).trimEnd()}…`.toWellFormed()
}
