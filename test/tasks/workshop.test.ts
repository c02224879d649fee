import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Work, Workshop } from '../../src/tasks/work.ts'
import type { Heard } from './shop.ts'
import { errorOf, levels, openShop, skillFile, submit, valueOf } from './shop.ts'

describe('a workshop', () => {
  let shop: Workshop
  beforeAll(async () => {
    shop = await openShop(['echo', 'slow'], { capacity: 2, queue: 3 })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('offers what its skills say of themselves, with JSON Schemas', () => {
    const [echo] = shop.offers()
    expect(echo).toMatchObject({
      name: 'echo',
      description: 'Says what it hears.',
      tags: ['test'],
      models: ['none'],
      output: { type: 'string' }
    })
    // What a caller may leave out is not required, though the skill always gets it.
    expect(echo?.input).toMatchObject({ required: ['text'] })
  })

  it('ends a task alone that a fault of its own surroundings keeps from beginning', async () => {
    const work = {
      ...{ id: 'f'.repeat(32), from: 'peer-a', skill: 'echo', input: Buffer.from('{"text":"a"}') },
      ...{ budget: { wallMs: 10_000, depth: 2 }, signal: new AbortController().signal },
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
    }
    const on = new Proxy({} as Work['on'], {
      get: () => {
        throw new TypeError('a fault of ours')
      }
    })
    const { outcome } = shop.take({ ...work, on })
    expect(errorOf(await outcome)).toMatchObject({ code: 'INTERNAL' })
    const next = submit(shop, 'echo', { text: 'hi' })
    expect((await next.outcome).status).toBe('completed')
  })

  it('runs a task and applies the defaults of the input schema', async () => {
    const heard = submit(shop, 'echo', { text: 'hi' })
    const outcome = await heard.outcome
    expect(valueOf(outcome)).toBe('hi')
    expect(outcome.usage.wallMs).toBeGreaterThan(0)
    expect(outcome.isolation).toBe(shop.isolation)
    expect(heard.started).toHaveLength(1)
  })

  it('refuses a skill it does not have, before anything runs', () => {
    expect(() => submit(shop, 'sing', {})).toThrow(
      expect.objectContaining({ code: 'SKILL_UNKNOWN' })
    )
  })

  it('refuses input that does not fit the schema, naming the place', () => {
    expect(() => submit(shop, 'echo', { text: 7 })).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        message: expect.stringContaining('/text') as string
      })
    )
  })

  it('refuses input that is not JSON', () => {
    const work = { skill: 'echo', input: Buffer.from('{"text":'), id: 'a', from: 'b' }
    expect(() => shop.take(work as never)).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
  })

  it('refuses a second task with the id of a running one', async () => {
    const first = submit(shop, 'slow', { ms: 50 }, { id: 'same' })
    expect(() => submit(shop, 'slow', { ms: 50 }, { id: 'same' })).toThrow(
      expect.objectContaining({ code: 'REPLAYED' })
    )
    expect(valueOf(await first.outcome)).toBe('waited 50')
  })

  it('says busy and when to come back once the queue is full', async () => {
    const taken = Array.from({ length: 5 }, () => submit(shop, 'slow', { ms: 60 }))
    expect(shop.load()).toEqual({ running: 2, queued: 3, capacity: 2 })
    expect(() => submit(shop, 'slow', { ms: 1 })).toThrow(
      expect.objectContaining({
        code: 'BUSY',
        facts: { reason: 'queue', retryAfterMs: expect.any(Number) as number }
      })
    )
    const outcomes = await Promise.all(taken.map(({ outcome }) => outcome))
    expect(outcomes.map(valueOf)).toEqual(Array.from({ length: 5 }, () => 'waited 60'))
    expect(shop.load()).toEqual({ running: 0, queued: 0, capacity: 2 })
  })

  it('refuses at once what would wait longer than it may take in all', async () => {
    for (let n = 0; n < 16; n++) await submit(shop, 'slow', { ms: 40 }).outcome
    const begun = [1, 2, 3, 4].map(() => submit(shop, 'slow', { ms: 200 }))
    const hasty = (): Heard => submit(shop, 'slow', { ms: 1 }, { budget: { wallMs: 5 } })
    expect(hasty).toThrow(
      expect.objectContaining({
        code: 'BUSY',
        facts: {
          reason: 'deadline',
          waitMs: expect.any(Number) as number,
          retryAfterMs: expect.any(Number) as number
        }
      })
    )
    const patient = submit(shop, 'slow', { ms: 1 })
    await Promise.all([...begun, patient].map(({ outcome }) => outcome))
    expect(valueOf(await hasty().outcome)).toBe('waited 1')
  })

  it('takes the one task of a peer before the many of another', async () => {
    const order: string[] = []
    const note = (name: string) => (heard: Heard) =>
      heard.outcome.then((outcome) => void order.push(`${name} ${outcome.status}`))
    const many = [1, 2, 3, 4, 5].map(() => submit(shop, 'slow', { ms: 60 }, { from: 'peer-b' }))
    const one = submit(shop, 'slow', { ms: 60 }, { from: 'peer-c' })
    expect(shop.waiting()).toEqual({ peers: 2, longestMs: expect.any(Number) as number })
    await Promise.all([...many.map(note('many')), note('one')(one)])
    expect(order.indexOf('one completed')).toBeLessThan(4)
    expect(shop.waiting()).toEqual({ peers: 0, longestMs: 0 })
  })

  it('takes the more urgent of the tasks of one peer first', async () => {
    const order: string[] = []
    const heard = (['normal', 'normal', 'low', 'high', 'normal'] as const).map((priority, n) => {
      const task = submit(shop, 'slow', { ms: 60 }, { priority })
      return task.outcome.then(() => void order.push(`${priority} ${n}`))
    })
    await Promise.all(heard)
    // Two run at a time, so the last two to begin are the two that end last.
    expect(order.slice(0, 4)).toContain('high 3')
    expect(order.at(-1)).toBe('low 2')
  })

  it('ends a waiting task at once when it is canceled or out of time', async () => {
    await using shop = await openShop(['slow'], { capacity: 2, queue: 3 })
    const running = [1, 2].map(() => submit(shop, 'slow', { ms: 200 }))
    const stop = new AbortController()
    const canceled = submit(shop, 'slow', { ms: 1 }, { signal: stop.signal })
    const late = submit(shop, 'slow', { ms: 1 }, { budget: { wallMs: 20 } })
    stop.abort()
    expect(await canceled.outcome).toMatchObject({
      status: 'canceled',
      error: { code: 'CANCELED' }
    })
    expect(errorOf(await late.outcome).code).toBe('DEADLINE_EXCEEDED')
    expect([canceled.started, late.started]).toEqual([[], []])
    await Promise.all(running.map(({ outcome }) => outcome))
  })

  it('refuses a state that is too large', () => {
    const state = { text: 'x'.repeat(300_000) }
    expect(() => submit(shop, 'echo', { text: '' }, { state })).toThrow(
      expect.objectContaining({ code: 'INPUT_TOO_LARGE' })
    )
  })
})

describe('a workshop that closes', () => {
  it('lets running work end, refuses new work, and cancels what takes too long', async () => {
    await using shop = await openShop(['slow'], { capacity: 2 })
    const short = submit(shop, 'slow', { ms: 50 })
    const long = submit(shop, 'slow', { ms: 60_000 }, { budget: { wallMs: 60_000 } })
    const drained = shop.drain(300)
    expect(() => submit(shop, 'slow', { ms: 1 })).toThrow(
      expect.objectContaining({ code: 'SHUTTING_DOWN' })
    )
    expect(valueOf(await short.outcome)).toBe('waited 50')
    expect(errorOf(await long.outcome).code).toBe('SHUTTING_DOWN')
    await drained
  })

  it('drains at once when nothing runs', async () => {
    await using shop = await openShop(['echo'])
    await shop.drain(60_000)
  })
})

describe('opening a workshop', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peerwork-shop-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const write = async (name: string, source: string): Promise<string> => {
    const file = join(folder, name)
    await writeFile(file, source)
    return file
  }

  it('works without any skill', async () => {
    await using shop = await openShop([])
    expect(shop.offers()).toEqual([])
  })

  it('refuses two skills of one name', async () => {
    await expect(openShop(['echo', 'echo'])).rejects.toMatchObject({ code: 'SKILL_DUPLICATE' })
  })

  it('refuses a file that is not there', async () => {
    const file = join(folder, 'nothing.ts')
    await expect(openShop([{ file }])).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })

  it.each(levels())(
    'runs a lone file with zod and peerwork in an empty folder (%s)',
    async (level) => {
      const file = await write(
        'lone.ts',
        `import { defineSkill } from 'peerwork'
       import * as z from 'zod/mini'
       export default defineSkill({ name: 'lone', description: 'Alone.', input: z.number(),
         output: z.number(), run: (n: number) => n + 1 })`
      )
      await using shop = await openShop([{ file }], { level })
      expect(shop.isolation).toBe(level)
      expect(valueOf(await submit(shop, 'lone', 41).outcome)).toBe(42)
    }
  )

  it('takes no CommonJS for a skill', async () => {
    const file = await write('old.cjs', 'module.exports = {}')
    await expect(openShop([{ file }])).rejects.toMatchObject({
      code: 'SKILL_INVALID',
      message: `${file} is CommonJS; a skill is an ES module: .ts, .mts, .js or .mjs`
    })
  })

  it('takes no folder for a skill', async () => {
    await expect(openShop([{ file: folder }])).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: `${folder} is a folder; name a file in it`
    })
  })

  it('refuses a skill beside the keys of the agent', async () => {
    const file = await write('near.ts', '')
    const home = join(folder, 'home')
    await expect(openShop([{ file }], { home })).rejects.toMatchObject({
      code: 'SKILL_EXPOSES_HOME'
    })
  })

  it('checks the configuration against the schema of the skill', async () => {
    const bad = { file: skillFile('talks'), config: { greeting: 5 } }
    await expect(openShop([bad])).rejects.toMatchObject({
      code: 'SKILL_INVALID',
      message: expect.stringContaining('/greeting') as string
    })
  })

  const head = `import * as z from 'zod'\nconst good = { name: 'x', description: 'X.',
    input: z.unknown(), output: z.unknown(), run() {} }\n`
  it.each([
    ['no default export', 'export const x = 1', 'SKILL_INVALID', 'no default export'],
    ['nothing in it', '', 'SKILL_INVALID', 'no default export'],
    [
      'a syntax error',
      '// x\nexport default {',
      'SKILL_LOAD_FAILED',
      'importing it failed: line 2'
    ],
    ['an enum', '\n\nenum A { B }', 'SKILL_LOAD_FAILED', 'line 3: SyntaxError: TypeScript enum'],
    ['a throw', '\nthrow new Error("at load")', 'SKILL_LOAD_FAILED', 'line 2: at load'],
    [
      'a package that is not there',
      "import 'left-pad'",
      'SKILL_LOAD_FAILED',
      'npm install left-pad'
    ],
    ['an import without ending', "import './part'", 'SKILL_LOAD_FAILED', "like './part.ts'"],
    [
      'a look outside',
      "import { readFileSync } from 'node:fs'\nreadFileSync('/etc/passwd')",
      'SKILL_LOAD_FAILED',
      'line 2: the sandbox does not allow a skill FileSystemRead of /etc/passwd'
    ],
    ['an exit', 'process.exit(4)', 'SKILL_LOAD_FAILED', 'code 4'],
    ['a bad name', `${head}export default { ...good, name: 'Not Good' }`, 'SKILL_INVALID', 'name'],
    ['no schema', `${head}export default { ...good, input: {} }`, 'SKILL_INVALID', 'input must be'],
    ['no run', `${head}export default { ...good, run: 1 }`, 'SKILL_INVALID', 'run must be'],
    ['a typo', `${head}export default { ...good, timeoutMS: 1 }`, 'SKILL_INVALID', 'timeoutMS'],
    [
      'too much memory',
      `${head}export default { ...good, memoryMb: 9e9 }`,
      'SKILL_INVALID',
      '4096'
    ],
    [
      'a bad host',
      `${head}export default { ...good, hosts: ['http://x'] }`,
      'SKILL_INVALID',
      'hosts'
    ],
    [
      'a schema without a JSON form',
      `${head}export default { ...good, input: z.bigint() }`,
      'SKILL_INVALID',
      'JSON Schema'
    ]
  ])('says what is wrong with a file that has %s', async (name, source, code, words) => {
    const file = await write(`${name.replaceAll(' ', '-')}.ts`, source)
    await expect(openShop([{ file }])).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words) as string
    })
  })

  it('does not offer skills below the isolation that was asked for', async () => {
    await expect(
      openShop(['echo'], { level: 'process', minIsolation: 'os' })
    ).rejects.toMatchObject({ code: 'ISOLATION_UNAVAILABLE' })
  })
})
