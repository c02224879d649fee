/**
 * One process of a measurement: `role.ts <order as JSON>`.
 *
 * Says one line of JSON when it is ready or done, and ends when its input closes, so that nothing
 * is left over whatever happens to the process that started it.
 */

import { candidates } from './candidates.ts'
import type { CandidateName } from './candidates.ts'
import type { Candidate, Caller, Site } from './candidates/candidate.ts'
import type { Plan } from './measure.ts'

export interface Order {
  readonly candidate: CandidateName
  /**
   * `help`, `serve`: run until told to stop. `measure`: work off the plan. `first`: one verified
   * result. `prepare`: put down what both ends need.
   */
  readonly role: 'help' | 'prepare' | 'serve' | 'measure' | 'first'
  readonly site: Site
  readonly plan?: Plan
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const { candidate } = await candidates[order.candidate].load()
const close = await play(candidate, order)
process.stdin.once('end', () => void close().finally(() => process.exit(0)))
process.stdin.resume()

async function play(candidate: Candidate, { role, site, plan }: Order): Promise<Caller['close']> {
  if (role === 'prepare') {
    await candidate.prepare?.(site)
    say({})
    return async () => {}
  }
  if (role === 'serve' || role === 'help') {
    const running = await candidate[role]?.(site)
    say({ address: running?.address })
    return async () => running?.close()
  }
  const caller = await candidate.connect(site)
  if (role === 'first') {
    await caller.call('first').then((answer) => say({ ok: answer === 'first' }))
  } else if (plan !== undefined) {
    const { measure } = await import('./measure.ts')
    say({ samples: await measure(caller, plan) })
  }
  return () => caller.close()
}
