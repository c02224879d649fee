/**
 * Watching: an agent that takes no part in a task receives its trace from both sides, each event
 * signed by the agent that tells it, all of one task under one trace id.
 *
 * Run it: node --conditions=source examples/observe.ts
 */

import { createAgent } from 'peerwork'

/** Far longer than it takes, ms. */
const WATCH_MS_MAX = 10_000

await using watcher = await createAgent({ preset: 'loopback', name: 'watcher' })
const place = { preset: 'loopback', bootstrap: watcher.addresses } as const
await using bob = await createAgent({ ...place, name: 'bob' })
const skills = [import.meta.resolve('./skills/shout.ts')]
await using alice = await createAgent({ ...place, name: 'alice', skills, allow: [bob.id] })

const events = watcher.watch({ types: ['task.*'], signal: AbortSignal.timeout(WATCH_MS_MAX) })
const work = bob.run('shout', { text: 'hello' }, { to: alice.id })

const finished = new Set<string>()
const traces = new Set<string>()
for await (const { name, from, event, missed } of events) {
  if (!('task' in event)) continue
  traces.add(event.trace)
  const late = missed > 0 ? ` (${missed} events before it were not seen)` : ''
  console.log(`${name ?? from}  ${event.side.padEnd(9)}  ${event.type}${late}`)
  if (event.type === 'task.completed') finished.add(event.side)
  if (finished.size === 2) break
}

const { trace } = await work
const whole = finished.size === 2 && traces.size === 1 && traces.has(trace)
console.log(whole ? `one trace, both sides: ${trace}` : 'the trace is incomplete')
process.exitCode = whole ? 0 : 1
