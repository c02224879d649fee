/**
 * The library in a dozen lines: two agents in one process, one task awaited, one followed.
 *
 * Run it: node --conditions=source examples/library.ts
 */

import { createAgent } from 'peerwork'

const skills = [
  import.meta.resolve('./skills/shout.ts'),
  import.meta.resolve('./skills/summarise.ts')
]

// No home: an identity for this process. On loopback they are told each other's address.
await using bob = await createAgent({ preset: 'loopback' })
await using alice = await createAgent({ preset: 'loopback', skills, allow: [bob.id] })
await bob.connect(alice.addresses[0] ?? '')

const result = await bob.run('shout', { text: 'hello' })
console.log(result.value, result.by === alice.id) // HELLO true, signature verified

const text = `Agents join a network. Agents work for each other. Agents can be watched while they
work. The weather was fine on the day this sentence was written.`
const task = bob.submit('summarise', { text, sentences: 1 }, { deadline: '30s' })
for await (const event of task) {
  if (event.type === 'chunk') console.log('chunk:', event.value)
  else if (event.type === 'progress') console.log('progress:', event.message)
  else console.log(event.type)
}
const { value, timing } = await task.result
console.log(value, `after ${Math.round(timing.totalMs)} ms`)
