/** What the API answers: the types of its own schemas, so that they cannot drift apart. */

import type * as z from 'zod/mini'
import type * as admin from '../../src/gateway/answers-alerts.ts'
import type * as answers from '../../src/gateway/answers.ts'
import type * as net from '../../src/gateway/answers-network.ts'

export type TraceSummary = z.infer<typeof answers.traceSummary>
export type TracePage = z.infer<typeof answers.tracePage>
export type TraceDetail = z.infer<typeof answers.traceDetail>
export type Span = z.infer<typeof answers.span>
export type SpanDetail = z.infer<typeof answers.spanDetail>
export type Fact = z.infer<typeof answers.fact>
export type Handoff = z.infer<typeof answers.handoff>
export type StateHistory = z.infer<typeof answers.stateHistory>
export type TraceDiff = z.infer<typeof answers.traceDiff>
export type Integrity = z.infer<typeof answers.integrity>
export type Agents = z.infer<typeof answers.agents>
export type Usage = z.infer<typeof answers.usage>
export type Costs = z.infer<typeof answers.costs>
export type Network = z.infer<typeof net.network>
export type Task = z.infer<typeof net.task>
export type Prices = z.infer<typeof net.prices>
export type Me = z.infer<typeof net.me>
export type Alert = z.infer<typeof admin.alert>
export type Rules = z.infer<typeof admin.rules>
export type KeptRule = z.infer<typeof admin.keptRule>
export type TriedRule = z.infer<typeof admin.triedRule>
export type Channels = z.infer<typeof admin.channels>
export type SetChannel = z.infer<typeof admin.setChannel>
export type Keys = z.infer<typeof admin.keys>
export type NewKey = z.infer<typeof admin.newKey>
export type AuditEntry = z.infer<typeof admin.auditEntry>
export type Size = z.infer<typeof admin.size>

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Give as `after` for the next page; absent on the last. */
  readonly next?: string
}
