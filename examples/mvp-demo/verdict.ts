/** What the demo comes to: pass or fail, how long each leg took, and what to try. */

import type { Plot } from './play.ts'
import { Failure } from './play.ts'

export interface Verdict {
  readonly pass: boolean
  /** One line. */
  readonly text: string
  /** Empty when there is nothing to try. */
  readonly hint: string
  readonly legs: readonly { readonly name: string; readonly ms: number }[]
  /** From the start of the two agents to the verified result. */
  readonly agentsMs: number
  /** From the same start until the observer had heard both sides. */
  readonly observedMs: number
  readonly wholeMs: number
}

const NOBODY_FOUND = new Set(['NO_PEERS', 'NO_PEER_WITH_SKILL', 'PEER_UNKNOWN'])

/** @param error what stopped the play, when something did */
export function verdictOf(plot: Plot, error?: unknown): Verdict {
  const { at, result, ids, options } = plot
  const agentsMs = at.get('result') ?? 0
  const times = {
    legs: legsOf(at),
    agentsMs,
    observedMs: at.get('both observed') ?? 0,
    wholeMs: performance.now()
  }
  if (error !== undefined) return { ...times, pass: false, ...reasonOf(plot, error) }
  if (result?.by !== ids.alice) {
    return { ...times, pass: false, text: 'somebody else signed the result', hint: '' }
  }
  const text = `alice analysed ${options.file} for bob, verified, in ${Math.round(agentsMs)} ms`
  return { ...times, pass: true, text, hint: '' }
}

function legsOf(at: ReadonlyMap<string, number>): Verdict['legs'] {
  const marks: [name: string, at: number | undefined][] = [
    ['agents started', laterOf(at.get('alice started'), at.get('bob started'))],
    ['found', at.get('found')],
    ['accepted', at.get('accepted')],
    ['result', at.get('result')]
  ]
  let before = 0
  return marks.flatMap(([name, time]) => {
    if (time === undefined) return []
    const ms = Math.max(0, time - before)
    before = Math.max(before, time)
    return [{ name, ms }]
  })
}

function laterOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other)
}

function reasonOf({ options }: Plot, error: unknown): { text: string; hint: string } {
  const message = (error instanceof Error ? error.message : String(error)).trim()
  const text = message.split('\n').join(' | ')
  if (!(error instanceof Failure)) return { text, hint: '' }
  if (NOBODY_FOUND.has(error.code) && !options.bootstrap) {
    const why = 'multicast may not work here (container, VPN, Wi-Fi that filters it)'
    return { text, hint: `make mvp-demo BOOTSTRAP=1, which needs no multicast: ${why}` }
  }
  return { text, hint: error.hint }
}
