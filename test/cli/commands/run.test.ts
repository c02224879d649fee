import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TaskResult } from '../../../src/node/api.ts'
import { begin, expectPlain, run, until, up, world } from '../processes.ts'

const skills = ['--skill', 'skills/shout.ts', '--skill', 'skills/drip.ts', '--open']

test('a task runs through a running agent, and through a short-lived one', async () => {
  const where = world()
  await using alice = await up(where, 'alice', ...skills)
  await using bob = await up(where, 'bob', '--bootstrap', alice.address)
  const input = ['--input', '{"text":"hello"}']
  const attached = await run(where, ['run', 'shout', '--name', 'bob', ...input])
  const err = `note: alice (${alice.info.id.slice(0, 14)}) is not on your allow list\n`
  expect(attached).toEqual({ code: 0, err, out: '{\n  "text": "HELLO",\n  "words": 1\n}\n' })
  const only = ['--listed-only', '--wait', '100ms']
  const refused = await run(where, ['run', 'shout', '--name', 'bob', ...input, ...only])
  expect(refused).toMatchObject({ code: 3, out: '' })
  expect(refused.err).toContain('no peer on the allow list offers "shout"')
  await bob.stop()
  const network = ['--preset', 'loopback', '--bootstrap', alice.address]
  const alone = await run(where, ['run', 'shout', '--name', 'bob', ...input, ...network, '--json'])
  expect(alone.code).toBe(0)
  const result = JSON.parse(alone.out) as TaskResult
  expect(result).toMatchObject({ skill: 'shout', by: alice.info.id, value: { words: 1 } })
  expect(alone.err).toContain('looking for peers through 1 bootstrap address')
  expectPlain(alone.err + attached.err)
})

test('an agent does its own work for its owner, open or not', async () => {
  const where = world()
  await using _carol = await up(where, 'carol', '--skill', 'skills/shout.ts')
  const args = ['run', 'shout', '--name', 'carol', '--input', '{"text":"me"}']
  const { code, out, err } = await run(where, args)
  expect([code, err]).toEqual([0, ''])
  expect(JSON.parse(out)).toEqual({ text: 'ME', words: 1 })
})

test('documents, chunks and standard input', async () => {
  const where = world()
  await using _alice = await up(where, 'alice', ...skills)
  writeFileSync(join(where.cwd, 'words.txt'), 'one two')
  const file = await run(where, ['run', 'drip', '--name', 'alice', '--input', '@words.txt'])
  expect(file).toEqual({ code: 0, out: 'one two\n', err: 'one two ' })
  const piped = ['run', 'drip', '--name', 'alice', '--input', '-']
  expect(await run(where, piped, '{"text":"x"}')).toMatchObject({ code: 0, out: 'x\n' })
})

test('Ctrl-C cancels the task and says so', async () => {
  const where = world()
  await using alice = await up(where, 'alice', ...skills)
  const input = '{"text":"drop","forever":true}'
  const child = begin(where, ['run', 'drip', '--name', 'alice', '--input', input])
  let said = ''
  child.stderr?.on('data', (data: Buffer) => (said += data.toString()))
  await until(child, 'stderr', 'drop ')
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
  expect(said).toMatch(/^the task was interrupted$/m)
  const canceled = expect.objectContaining({ type: 'task.canceled' }) as unknown
  const traced = () => alice.events.map(({ event }) => event)
  await expect.poll(traced, { timeout: 10_000 }).toContainEqual(canceled)
})

test('failures tell what, why and what next, with an exit code of their own', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts')
  const common = ['--name', 'bob', '--preset', 'loopback', '--bootstrap', alice.address]
  const refused = await run(where, ['run', 'shout', '--input', '{"text":"x"}', ...common])
  expect(refused.code).toBe(4)
  expect(refused.err).toContain('error NOT_ADMITTED')
  const wrong = await run(where, ['run', 'shout', '--input', '{"txt":1}', ...common, '--json'])
  expect(wrong.code).toBe(2)
  expect(JSON.parse(wrong.out)).toMatchObject({ error: { code: 'INPUT_INVALID' } })
  const nobody = ['run', 'sing', '--wait', '300ms', '--name', 'eve', '--preset', 'loopback']
  writeFileSync(join(where.cwd, 'song.txt'), 'la')
  const document = await run(where, [...nobody, '--input', '@song.txt'])
  expect(document.err).toContain('error NO_PEERS: no peers found after 300 ms')
  const late = await run(where, [...nobody.slice(0, 2), ...nobody.slice(4), '--deadline', '200ms'])
  expect(late.err).toContain('error NO_PEERS: no peers found after 200 ms')
  const alone = await run(where, nobody)
  expect(alone.code).toBe(7)
  expect(alone.err).toMatch(/error NO_PEERS: .+\n(?:.*\n)*hint: .*--bootstrap/)
})

test.for([
  [['--deadline', 'soon'], '--deadline'],
  [['--budget-cost', '-1'], '--budget-cost is a number from 0'],
  [['--input', 'hello'], `--input '"hello"'`]
] as const)('%j is refused before an agent starts', async ([args, message]) => {
  const where = world()
  const { code, err } = await run(where, ['run', 'shout', ...args])
  expect(code).toBe(2)
  expect(err).toContain(message)
})

const HALF = `import { defineSkill } from 'peerwork'
import * as z from 'zod'
export default defineSkill({
  name: 'half', description: 'Half of the work.', input: z.unknown(), output: z.string(),
  async run(_input, ctx) {
    ctx.partial({ words: 7 })
    ctx.spend({ tokens: 20 })
    await new Promise((resolve) => setTimeout(resolve, 10_000))
    return 'all of it'
  }
})
`

test('who would get a task is shown, sent or not', async () => {
  const where = world()
  await using alice = await up(where, 'alice', ...skills)
  await using _bob = await up(where, 'bob', '--bootstrap', alice.address)
  const args = ['run', 'shout', '--name', 'bob', '--input', '{"text":"hello"}']
  const dry = await run(where, [...args, '--dry-run'])
  expect(dry).toMatchObject({ code: 0, err: '' })
  expect(dry.out).toMatch(/NAME +SCORE.*\n→ +alice .*\n.* direct\n +the only one\n$/)
  const json = await run(where, [...args, '--dry-run', '--json'])
  expect(JSON.parse(json.out)).toMatchObject({ chosen: alice.info.id, others: 0 })
  const sent = await run(where, [...args, '--explain'])
  expect(JSON.parse(sent.out)).toEqual({ text: 'HELLO', words: 1 })
  expect(sent.err).toContain('the only one')
  const none = await run(where, [...args, '--dry-run', '--model', 'large', '--wait', '100ms'])
  expect(none.code).toBe(3)
  expect(none.err).toContain('alice has no model large')
})

test('what there was when the budget ran out is printed, and the exit code tells', async () => {
  const where = world()
  writeFileSync(join(where.cwd, 'skills', 'half.ts'), HALF)
  await using _alice = await up(where, 'alice', '--skill', 'skills/half.ts', '--open')
  const args = ['run', 'half', '--name', 'alice', '--input', '{}', '--budget-tokens', '10']
  const { code, out, err } = await run(where, args)
  expect([code, JSON.parse(out)]).toEqual([5, { words: 7 }])
  expect(err).toContain('this is only a part of the result')
  expect(err).toContain('error BUDGET_EXCEEDED: the task used 20 of 10 tokens')
  const json = JSON.parse((await run(where, [...args, '--json'])).out) as Record<string, unknown>
  expect(json).toMatchObject({
    error: { code: 'BUDGET_EXCEEDED' },
    failure: { partial: { words: 7 }, usage: { tokens: 20 } }
  })
})
