/** Which row a part belongs to. */

import { sourceKey } from '../merge.ts'
import type { Fact, HandoffPart, SpanPart } from '../model.ts'
import type { KeptBatch } from '../store.ts'
import { keyOf } from './key.ts'

export const spanKey = ({ trace, span, source }: SpanPart) => ({
  ...{ trace, span, source: keyOf(sourceKey(source)) }
})

export const handoffKey = ({ trace, id }: HandoffPart) => ({ trace, key: keyOf(id) })

/** µs; before 1970 there was nothing to tell. */
export const factTime = ({ atUs }: Fact): number => Math.max(0, Math.round(atUs))

export const factKey = (fact: Fact) => ({
  ...{ key: keyOf(fact.id), trace: fact.trace ?? '', at: factTime(fact) }
})

export const logKey = ({ by, boot }: Pick<KeptBatch, 'by' | 'boot'>): string =>
  keyOf(`${by}/${boot}`)

/** The log and the number there of an agent's event, from the id of its fact. */
const EVENT = /^(.*)\/(0|[1-9]\d{0,14})$/s

export function eventOf(id: string): { log: string; seq: number | null } {
  const [, log, seq] = EVENT.exec(id) ?? []
  return log === undefined ? { log: '', seq: null } : { log: keyOf(log), seq: Number(seq) }
}
