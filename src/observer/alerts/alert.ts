/** An alert, and what makes one. */

import { clip, printable } from '../../protocol/text.ts'
import type { Rule, Severity } from './rule.ts'

export const ALERT_STATES = ['open', 'acknowledged', 'resolved'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** Times are ms since 1970. */
export interface Alert {
  readonly id: string
  /** Id of the rule that it came of. */
  readonly rule: string
  /** What it is about, among all that the rule watches. */
  readonly subject: string
  readonly severity: Severity
  readonly state: AlertState
  readonly title: string
  readonly detail: string
  /** A trace to look at. */
  readonly trace: string | null
  readonly opened: number
  /** When it was so last. */
  readonly last: number
  /** How often it happened; 1 for what holds rather than happens. */
  readonly count: number
  readonly acknowledged: number | null
  readonly acknowledgedBy: string | null
  readonly resolved: number | null
  /** Until when nobody is told. */
  readonly silencedUntil: number | null
}

export const ALERT_EVENTS = ['opened', 'reminded', 'acknowledged', 'silenced', 'resolved'] as const
export type AlertEvent = (typeof ALERT_EVENTS)[number]

/** What a rule found. */
export interface Occurrence {
  readonly rule: Rule
  readonly subject: string
  readonly title: string
  readonly detail: string
  readonly trace?: string
  /** How often since it was told last; 0 for what still holds. */
  readonly times: number
  /** For ever: told once for this subject, even when that alert was resolved. */
  readonly once?: boolean
}

const SUBJECT_BYTES = 300
const TITLE_BYTES = 300
const DETAIL_BYTES = 1_000

/** Names come from strangers: one harmless, bounded line each. */
export const plain = (text: string, bytes = DETAIL_BYTES): string => clip(printable(text), bytes)

/** The same with all text made harmless. */
export const plainly = <Found extends Occurrence>(found: Found): Found => ({
  ...found,
  subject: plain(found.subject, SUBJECT_BYTES),
  title: plain(found.title, TITLE_BYTES),
  detail: plain(found.detail)
})
