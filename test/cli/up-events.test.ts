import { expect, test } from 'vitest'
import { tellEvents } from '../../src/cli/up-events.ts'
import { shortId } from '../../src/cli/names.ts'
import { createAgent } from '../../src/node/agent.ts'
import { contextOf, temporary } from './harness.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { skillFile } from '../../src/cli/scaffold.ts'

function shoutFile(): string {
  const file = join(temporary('skills'), 'shout.ts')
  writeFileSync(file, skillFile('shout', './shout.ts'))
  return file
}

test('peers and tasks are told from both ends, without what only watchers want', async () => {
  const file = shoutFile()
  const preset = 'loopback'
  await using alice = await createAgent({ preset, name: 'alice', skills: [file], open: true })
  await using bob = await createAgent({ preset, name: 'bob', bootstrap: alice.addresses })
  const stop = new AbortController()
  const interrupts = { signal: stop.signal, name: undefined }
  const [ofAlice, ofBob] = [contextOf({ interrupts }), contextOf({ interrupts })]
  const telling = Promise.all([
    tellEvents(alice, ofAlice.context, false),
    tellEvents(bob, ofBob.context, true)
  ])
  await bob.run('shout', { text: 'x' })
  await expect.poll(() => ofAlice.err.text).toMatch(/✔ \w{8} shout +from bob: completed in/)
  await expect.poll(() => ofBob.out.text).toContain('"type":"task.completed"')
  stop.abort()
  await telling
  expect(ofAlice.err.text).toContain('+ bob')
  expect(ofAlice.err.text).toMatch(/← \w{8} shout +from bob: received/)
  expect(ofAlice.err.text).not.toContain('accepted')
  const types = ofBob.out.text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as Line).type)
  expect(new Set(types).isSubsetOf(new Set(['joined', 'changed', 'left', 'trace']))).toBe(true)
})

test('who is refused is told once, with how to let them in', async () => {
  const file = shoutFile()
  const preset = 'loopback'
  await using alice = await createAgent({ preset, name: 'alice', skills: [file] })
  await using bob = await createAgent({ preset, name: 'bob', bootstrap: alice.addresses })
  const stop = new AbortController()
  const interrupts = { signal: stop.signal, name: undefined }
  const [person, program] = [contextOf({ interrupts }), contextOf({ interrupts })]
  const telling = Promise.all([
    tellEvents(alice, person.context, false),
    tellEvents(alice, program.context, true)
  ])
  for (let nth = 0; nth < 3; nth++) {
    await expect(bob.run('shout', { text: 'x' })).rejects.toMatchObject({ code: 'NOT_ADMITTED' })
  }
  const told = () => person.err.text.split('\n').filter((line) => line.includes('refused'))
  await expect
    .poll(told)
    .toEqual([
      `  ! refused bob ${shortId(bob.id)}: not on the list; let it in with --allow ${bob.id}`
    ])
  await expect
    .poll(() => program.out.text)
    .toContain(`{"type":"refused","peer":{"id":"${bob.id}","name":"bob"}}\n`)
  stop.abort()
  await telling
  expect(told()).toHaveLength(1)
})

test('that a peer left is told after its last task', async () => {
  const file = shoutFile()
  const preset = 'loopback'
  await using alice = await createAgent({ preset, name: 'alice', skills: [file], open: true })
  await using bob = await createAgent({ preset, name: 'bob', bootstrap: alice.addresses })
  const stop = new AbortController()
  const { context, err } = contextOf({ interrupts: { signal: stop.signal, name: undefined } })
  const telling = tellEvents(alice, context, false)
  await bob.run('shout', { text: 'x' })
  await bob.stop({ graceMs: 0 })
  await expect.poll(() => err.text).toMatch(/- bob [^]*completed in|completed in [^]*- bob/)
  stop.abort()
  await telling
  expect(err.text).toMatch(/from bob: completed in [^]*\n {2}- bob \S+ left/)
})

interface Line {
  readonly type: string
}

test('what keeps peers away is told, but not of an agent that is merely the first', async () => {
  const preset = 'loopback'
  const gone = '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWQUpccdyFzsdtKGJPbCVjNpXiqj7fdH56ghZWuisjf4eQ'
  await using first = await createAgent({ preset, name: 'first' })
  await using lost = await createAgent({ preset, name: 'lost', bootstrap: [gone] })
  const stop = new AbortController()
  const interrupts = { signal: stop.signal, name: undefined }
  const [ofFirst, ofLost] = [contextOf({ interrupts }), contextOf({ interrupts })]
  const telling = Promise.all([
    tellEvents(first, ofFirst.context, false, 100),
    tellEvents(lost, ofLost.context, false, 100)
  ])
  await expect
    .poll(() => ofLost.err.text)
    .toMatch(/^ {2}! no peers: bootstrap peers: .*the port is closed.*\. Check that the peer runs/)
  await first.status()
  stop.abort()
  await telling
  expect(ofFirst.err.text).toBe('')
})
