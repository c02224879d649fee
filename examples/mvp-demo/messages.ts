/** What the three processes tell the storyteller: one JSON object a line, on stdout. */

import type { ErrorRecord, Isolation, TaskTiming, Usage } from 'peerwork'
import type { Analysis } from './summary.ts'

export type Role = 'observer' | 'alice' | 'bob'

/** How a process is told what to do: JSON in its first argument. */
export interface Part {
  readonly role: Role
  readonly home: string
  readonly network: string
  /** Addresses to join through; empty means mDNS. */
  readonly bootstrap: readonly string[]
  readonly alice: string
  readonly bob: string
  readonly file: string
  readonly waitMs: number
}

export type Message =
  | {
      readonly type: 'started'
      readonly id: string
      readonly pid: number
      readonly addresses: readonly string[]
      readonly isolation: Isolation
    }
  /** Nobody yet, after a while. */
  | { readonly type: 'alone'; readonly why: string; readonly leftMs: number }
  | { readonly type: 'found'; readonly id: string; readonly name: string; readonly via: string }
  | { readonly type: 'submitted'; readonly task: string; readonly trace: string }
  | { readonly type: 'accepted'; readonly ahead: number }
  | { readonly type: 'progress'; readonly fraction?: number; readonly message?: string }
  | {
      readonly type: 'result'
      readonly by: string
      readonly isolation: Isolation
      readonly engine: string
      readonly timing: TaskTiming
      readonly usage: Usage
      readonly sealedBytes: number
      readonly value: Analysis
    }
  | {
      readonly type: 'observed'
      readonly from: string
      readonly event: string
      readonly trace: string | null
      readonly side: 'requester' | 'executor' | null
      readonly missed: number
    }
  | { readonly type: 'failed'; readonly error: ErrorRecord & { readonly hint?: string } }
