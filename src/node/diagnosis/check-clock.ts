/**
 * Whose clock is wrong?
 *
 * With several peers the median tells: if it is off, this clock is, for the others agree. With one
 * peer, or with two that differ, nobody can know which clock is right, and both are told.
 */

import type { ClockReading } from './observed.ts'
import { span } from './ago.ts'
import { fail, pass, warn } from './finding.ts'
import type { Finding } from './finding.ts'

/** Seconds are normal between machines that nobody looks after; this is not, ms. */
export const SKEW_WARN_MS = 30_000
/** Beyond this, what one signs the other refuses (`CLOCK_AHEAD_MS_MAX`), ms. */
export const SKEW_FAIL_MS = 60_000
/** From so many readings on the median is a judge, count. */
const JUDGES_MIN = 3
/** Peers named in one sentence, count. */
const NAMED_MAX = 3

/** How far this clock is ahead of the median of the others, ms; undefined without others. */
export function skewOf(readings: readonly ClockReading[]): number | undefined {
  if (readings.length === 0) return undefined
  const sorted = readings.map(({ aheadMs }) => -aheadMs).toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

export function checkClock(readings: readonly ClockReading[]): Finding {
  const skewMs = skewOf(readings)
  if (skewMs === undefined) {
    return pass('CLOCK', 'not compared: no peer has told its time yet', { peers: 0 })
  }
  const facts = { skewMs: Math.round(skewMs), peers: readings.length }
  const off = Math.abs(skewMs)
  if (off > SKEW_WARN_MS) {
    const report = off > SKEW_FAIL_MS ? fail : warn
    return report('CLOCK', ownClock(readings, skewMs), { facts })
  }
  const others = readings.filter(({ aheadMs }) => Math.abs(aheadMs + skewMs) > SKEW_WARN_MS)
  if (others.length > 0) {
    const hint = 'Set the clock of that machine: timedatectl set-ntp true.'
    return warn('CLOCK', `right, but ${others.slice(0, NAMED_MAX).map(told).join(', ')}`, {
      ...{ facts, hint }
    })
  }
  const who = readings.length === 1 ? 'one peer' : `${readings.length} peers`
  return pass('CLOCK', `within ${span(Math.ceil(off / 1_000) * 1_000)} of ${who}`, facts)
}

function ownClock(readings: readonly ClockReading[], skewMs: number): string {
  const direction = skewMs > 0 ? 'ahead of' : 'behind'
  const [first] = readings
  if (readings.length >= JUDGES_MIN || first === undefined) {
    return `off by ${roughly(skewMs)}: it is ${direction} the median of ${readings.length} peers`
  }
  const whom = first.name ?? first.peer
  return `off by ${roughly(skewMs)}: it is ${direction} that of ${whom}, or that one is wrong`
}

/** A card on its way is up to a second old, so seconds beside minutes would only pretend. */
function roughly(ms: number): string {
  const stepMs = Math.abs(ms) < SKEW_FAIL_MS ? 1_000 : 5_000
  return span(Math.round(ms / stepMs) * stepMs)
}

function told({ peer, name, aheadMs }: ClockReading): string {
  return `that of ${name ?? peer} is ${roughly(aheadMs)} ${aheadMs > 0 ? 'ahead' : 'behind'}`
}
