/** One handoff from what both sides told: who, how it ended, and where its time went. */

import type { HandoffMode, HandoffPart } from '../model.ts'
import type { StoredHandoff } from '../store.ts'

export interface HandoffView {
  readonly trace: string
  readonly id: string
  readonly mode: HandoffMode
  readonly from: string | null
  readonly to: string | null
  readonly skill: string | null
  readonly status: NonNullable<HandoffPart['status']>
  readonly error: { readonly code: string; readonly message: string } | null
  /** µs since 1970, by the giver's clock if it told. */
  readonly offeredUs: number | null
  /** By the same clock as the offer; null where that side does not say. */
  readonly acceptedUs: number | null
  readonly endedUs: number | null
  readonly split: Split
  readonly bytes: number | null
  readonly tokens: number | null
  readonly cost: number | null
  readonly spans: { readonly giver: string | null; readonly taker: string | null }
  /** `sealed`: signed by that side. `claimed`: told with an API key. `missing`: not heard of. */
  readonly evidence: { readonly giver: Evidence; readonly taker: Evidence }
  /** What the two sides tell differently, in sentences. */
  readonly disagreements: readonly string[]
}

export type Evidence = 'sealed' | 'claimed' | 'missing'

/** ms; null where a side is missing. Each lies within one clock, so the two may differ. */
export interface Split {
  /** From the offer to the result, as the giver saw it. */
  readonly totalMs: number | null
  /** Between accepted and begun. */
  readonly waitingMs: number | null
  readonly workingMs: number | null
  /** What is left: on the wire, there and back. */
  readonly travellingMs: number | null
}

const US = 1_000
/** From which difference a cost is told differently, share: sums of floats differ in the end. */
const COST_SHARE = 1e-6

export function viewHandoff({ trace, id, giver, taker }: StoredHandoff): HandoffView {
  const pick = <Key extends keyof HandoffPart>(key: Key) => giver?.[key] ?? taker?.[key] ?? null
  // Times of two clocks do not stand in one row.
  const clock = giver?.offeredUs === undefined ? taker : giver
  return {
    ...{ trace, id },
    mode: pick('mode') ?? 'return-to-caller',
    ...{ from: pick('from'), to: pick('to'), skill: pick('skill') },
    status: statusOf(giver, taker),
    error: giver?.error ?? taker?.error ?? null,
    offeredUs: clock?.offeredUs ?? null,
    ...{ acceptedUs: clock?.acceptedUs ?? null, endedUs: clock?.endedUs ?? null },
    split: splitOf(giver, taker),
    bytes: pick('bytes'),
    tokens: taker?.tokens ?? giver?.tokens ?? null,
    cost: taker?.cost ?? giver?.cost ?? null,
    spans: { giver: giver?.span ?? null, taker: taker?.span ?? null },
    evidence: { giver: evidenceOf(giver), taker: evidenceOf(taker) },
    disagreements: disagreements(giver, taker)
  }
}

function evidenceOf(part: HandoffPart | undefined): Evidence {
  if (part === undefined) return 'missing'
  return part.source.kind === 'agent' ? 'sealed' : 'claimed'
}

/** How it ended for the giver counts: a result that never arrived is none. */
function statusOf(
  giver: HandoffPart | undefined,
  taker: HandoffPart | undefined
): HandoffView['status'] {
  const [first, second] = [giver?.status, taker?.status]
  if (first === undefined || first === 'offered') return second ?? first ?? 'offered'
  if (first === 'accepted' && giver?.endedUs === undefined) return second ?? first
  return first
}

function splitOf(giver: HandoffPart | undefined, taker: HandoffPart | undefined): Split {
  const totalMs = between(giver?.offeredUs, giver?.endedUs)
  const atTakerMs = between(taker?.offeredUs ?? taker?.acceptedUs, taker?.endedUs)
  return {
    totalMs,
    waitingMs: between(taker?.acceptedUs, taker?.startedUs),
    workingMs: between(taker?.startedUs ?? taker?.acceptedUs, taker?.endedUs),
    travellingMs: totalMs === null || atTakerMs === null ? null : Math.max(0, totalMs - atTakerMs)
  }
}

const between = (fromUs: number | undefined, toUs: number | undefined): number | null =>
  fromUs === undefined || toUs === undefined ? null : Math.max(0, (toUs - fromUs) / US)

function disagreements(
  giver: HandoffPart | undefined,
  taker: HandoffPart | undefined
): readonly string[] {
  if (giver === undefined || taker === undefined) return []
  const found: string[] = []
  if (giver.endedUs !== undefined && taker.endedUs !== undefined && giver.status !== taker.status) {
    found.push(`ended ${giver.status} for the giver and ${taker.status} for the taker`)
  }
  if (differ(giver.cost, taker.cost)) {
    found.push(`cost ${giver.cost} for the giver and ${taker.cost} for the taker`)
  }
  if (differ(giver.bytes, taker.bytes)) {
    found.push(`${giver.bytes} bytes left the giver and ${taker.bytes} reached the taker`)
  }
  return found
}

function differ(one: number | undefined, other: number | undefined): boolean {
  if (one === undefined || other === undefined) return false
  return Math.abs(one - other) > COST_SHARE * Math.max(Math.abs(one), Math.abs(other))
}
