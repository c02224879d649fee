/** What went into the work: told to whom the operator named, redacted, and gone when dropped. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { begin, run, up, world } from '../cli/processes.ts'
import type { World } from '../cli/processes.ts'
import { ask } from '../gateway/observed.ts'
import { createAgent } from '../../src/index.ts'

/** Calls a model and a tool, and changes the state; all of it with words that nobody shall see. */
const SKILL = `import { defineSkill } from 'peerwork'
import * as z from 'zod'
export default defineSkill({
  name: 'advise', description: 'Thinks about it.',
  input: z.object({ question: z.string() }), output: z.string(),
  run({ question }, { trace, state }) {
    const messages = [{ role: 'user', content: question }]
    const model = { provider: 'ollama', model: 'tiny', wallMs: 1 }
    trace.model({ ...model, content: { input: messages, output: 'mail ada@example.org' } })
    const found = { input: { apiKey: 'hunter2', word: 'sesame' }, output: ['cave'] }
    trace.tool('look-up', { wallMs: 1, content: found })
    state.patch([{ op: 'replace', path: '/word', value: 'cave' }])
    return 'open ' + question
  }
})
`

interface Observer {
  readonly url: string
  readonly key: string
  readonly output: () => string
}

async function observe(where: World, name: string, address: string): Promise<Observer> {
  const options = ['--name', name, '--data', join(where.cwd, `${name}-data`)]
  const link = ['--preset', 'loopback', '--bootstrap', address, '--port', '0', '--json']
  const child = begin(where, ['observe', ...options, ...link])
  let out = ''
  child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
  await expect.poll(() => out, { timeout: 20_000 }).toContain('\n')
  const { url } = JSON.parse(out.split('\n')[0] ?? '') as { url: string }
  const scope = ['--scope', 'read', ...options]
  const { out: key } = await run(where, ['observe', 'key', 'create', 'k', ...scope])
  return { url, key: key.trim(), output: () => out }
}

interface Item {
  readonly name: string
  readonly of: string | null
  readonly state: string
  readonly value: unknown
}

async function contentsOf({ url, key }: Observer, trace: string): Promise<readonly Item[]> {
  const answer = await ask(`${url}/api/v1/traces/${trace}/contents`, { key })
  return answer.status === 200 ? (answer.json() as unknown as { items: Item[] }).items : []
}

const statesOf = (items: readonly Item[]): string[] => [...new Set(items.map(({ state }) => state))]

async function prepared(): Promise<World> {
  const where = world()
  mkdirSync(join(where.cwd, 'advise'))
  writeFileSync(join(where.cwd, 'advise', 'advise.ts'), SKILL)
  return where
}

/** @returns the trace */
async function advised(address: string): Promise<string> {
  await using bob = await createAgent({ preset: 'loopback', bootstrap: [address], name: 'bob' })
  const question = 'sesame, mail eve@example.org'
  const { trace } = await bob.run('advise', { question }, { state: { word: 'sand' } })
  return trace
}

test('whom she named reads it redacted, others nothing, and nobody once dropped', async () => {
  const where = await prepared()
  const me = await run(where, ['id', '--name', 'named', '--json'])
  const { id } = JSON.parse(me.out) as { id: string }
  const skill = join(where.cwd, 'advise', 'advise.ts')
  await using alice = await up(where, 'alice', '--skill', skill, '--open', '--trace-content', id)
  const named = await observe(where, 'named', alice.address)
  const other = await observe(where, 'other', alice.address)
  const trace = await advised(alice.address)

  const all = async () => (await contentsOf(named, trace)).length
  await expect.poll(all, { timeout: 15_000 }).toBe(7)
  const items = await contentsOf(named, trace)
  expect(statesOf(items)).toEqual(['shown'])
  const question = 'sesame, mail [redacted]'
  const values = items.map(({ name, of, value }) => [`${name} ${of}`, value])
  expect(Object.fromEntries(values)).toEqual({
    'advise input': { question },
    'advise output': `open ${question}`,
    'advise state': [{ op: 'replace', path: '/word', value: 'cave', before: 'sand' }],
    'tiny input': [{ role: 'user', content: question }],
    'tiny output': 'mail [redacted]',
    'look-up input': { apiKey: '[redacted]', word: 'sesame' },
    'look-up output': ['cave']
  })

  await expect.poll(async () => (await contentsOf(other, trace)).length).toBe(7)
  expect(statesOf(await contentsOf(other, trace))).toEqual(['not-permitted'])
  const answer = await ask(`${other.url}/api/v1/traces/${trace}/contents`, { key: other.key })
  const facts = await ask(`${other.url}/api/v1/export`, { key: other.key })
  for (const { text } of [answer, facts]) expect(text).not.toMatch(/sesame|cave|hunter2|example/)
  expect(facts.text).toContain('content.part')

  const { code } = await run(where, ['forget', trace, '--name', 'alice'])
  expect(code).toBe(0)
  // What it read just now counts for some seconds.
  const states = async () => statesOf(await contentsOf(named, trace))
  await expect.poll(states, { timeout: 15_000, interval: 500 }).toEqual(['dropped'])
  const gone = await ask(`${named.url}/api/v1/traces/${trace}/contents`, { key: named.key })
  expect(gone.text).not.toMatch(/sesame|cave/)
})

test('without being told to, an agent tells no contents, not even encrypted', async () => {
  const where = await prepared()
  const skill = join(where.cwd, 'advise', 'advise.ts')
  await using alice = await up(where, 'alice', '--skill', skill, '--open')
  const observer = await observe(where, 'observer', alice.address)
  const trace = await advised(alice.address)
  const all = async () => (await contentsOf(observer, trace)).map(({ name }) => name)
  await expect
    .poll(all, { timeout: 15_000 })
    .toEqual(expect.arrayContaining(['advise', 'tiny', 'look-up']))
  expect(statesOf(await contentsOf(observer, trace))).toEqual(['not-told'])
  const { text } = await ask(`${observer.url}/api/v1/export`, { key: observer.key })
  expect(text).toContain('"model.called"')
  expect(text).not.toMatch(/content\.part|sesame|cave|hunter2|eve@/)
})
