/**
 * `make scale`: crowds of 10, 30 and 100 agents; prints what was measured as JSON.
 *
 * `main.ts [agents[:asks]…]`; without a number of asks, each agent asks every other one.
 */

import { FORM_MS_MAX, measure } from './measure.ts'

/** Of each, all ordered pairs work for each other; those of 100 take two minutes. */
const SIZES = ['10', '30', '100']
const REST_MS = 10_000

const given = process.argv.slice(2)
for (const size of given.length > 0 ? given : SIZES) {
  const [agents = 0, asks = agents - 1] = size.split(':').map(Number)
  const measured = await measure({ agents, asks, restMs: REST_MS }, (word) => {
    process.stderr.write(`${agents} agents: ${word}\n`)
  })
  const { times, ...answers } = measured.answers
  const at = (part: number): number => times[Math.floor(times.length * part)] ?? 0
  const shown = { ...measured, answers: { ...answers, p50: at(0.5), p99: at(0.99) } }
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`)
  if (measured.oneMs > FORM_MS_MAX || answers.answered < answers.asked) process.exitCode = 1
}
