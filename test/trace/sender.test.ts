import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { onTestFinished, expect, test } from 'vitest'
import type { Intake } from '../../src/observer/intake.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { Sender } from '../../src/trace/sender.ts'
import { createTracer } from '../../src/trace/tracer.ts'
import { observed, temporary } from '../gateway/observed.ts'
import type { Observed } from '../gateway/observed.ts'

/** For hangs: far more than any of it takes, ms. */
const LONG = 20_000

const line = (at: number, more: object = {}) => ({
  ...{ type: 'span', trace: 'a'.repeat(32), span: at.toString(16).padStart(16, '0') },
  ...{ name: `span ${at}`, start: Date.UTC(2026, 0, 2) + at, ...more }
})

interface Loss {
  readonly lines: number
  readonly why: string
}

function sender(url: string, key: string): { sender: Sender; losses: Loss[]; lost(): number } {
  const losses: Loss[] = []
  const onLoss = (lines: number, why: string): void => void losses.push({ lines, why })
  const made = new Sender({ url, key, onLoss })
  onTestFinished(() => made.close(0))
  return { sender: made, losses, lost: () => losses.reduce((sum, { lines }) => sum + lines, 0) }
}

async function spansOf(it: Observed): Promise<number> {
  const { items } = (await it.observer.store.traces({ limit: 10 })) as {
    items: readonly { spans: number }[]
  }
  return items.reduce((sum, { spans }) => sum + spans, 0)
}

/** What accepts, and then does as the test says. */
async function listening(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('lines for an observer that is away wait, and arrive when it comes back', async () => {
  const dir = temporary()
  const before = await observed({ dir })
  const key = before.key(['ingest'])
  const port = Number(new URL(before.url).port)
  const { sender: one, losses } = sender(before.url, key)
  one.push(line(1))
  await one.flush(LONG)
  await before[Symbol.asyncDispose]()
  for (let at = 2; at <= 1_200; at++) one.push(line(at))
  await one.flush(700)
  await using after = await observed({ dir, port })
  expect(await spansOf(after)).toBe(1)
  await one.flush(LONG)
  expect(await spansOf(after)).toBe(1_200)
  expect(losses).toEqual([])
})

test('a busy observer is asked again when it said', async () => {
  await using behind = await observed()
  let busy = 2
  const { intake } = behind.observer
  const moody = {
    listen: (...args: Parameters<Intake['listen']>) => intake.listen(...args),
    take(...args: Parameters<Intake['take']>) {
      if (busy-- > 0) throw new PeerworkError('BUSY', 'too much', { retryAfterMs: 1_000 })
      return intake.take(...args)
    }
  } as Intake
  await using it = await observed({ intake: moody })
  const { sender: one, losses } = sender(it.url, it.key(['ingest']))
  one.push(line(1))
  await one.flush(LONG)
  expect(await spansOf(behind)).toBe(1)
  expect([busy, losses]).toEqual([-1, []])
})

test('a line that is refused is told alone, and the others are there', async () => {
  await using it = await observed()
  const { sender: one, losses } = sender(it.url, it.key(['ingest']))
  for (const more of [{}, { name: '' }, {}, { start: -1 }]) one.push(line(1, more))
  one.push(line(2))
  await one.flush(LONG)
  expect(losses).toEqual([
    { lines: 2, why: expect.stringMatching(/^refused by the observer: name/) }
  ])
  expect(await spansOf(it)).toBe(2)
})

test('a key that may not write, and a door that is no observer, are told at once', async () => {
  await using it = await observed()
  const page = await listening((_, response) => response.end('<h1>hello</h1>'))
  const cases = [
    [it.url, it.key(['read']), 'the observer answered 403'],
    [it.url, 'pwk_wrong', 'the observer answered 401'],
    [page, 'pwk_any', 'what answered is no observer']
  ] as const
  for (const [url, key, why] of cases) {
    const { sender: one, losses } = sender(url, key)
    one.push(line(1))
    one.push(line(2))
    await one.flush(LONG)
    expect(losses).toEqual([{ lines: 2, why: expect.stringContaining(why) as string }])
  }
})

test('of too many lines the oldest go, and that is told, each once', async () => {
  const dir = temporary()
  const before = await observed({ dir })
  const key = before.key(['ingest'])
  const port = Number(new URL(before.url).port)
  await before[Symbol.asyncDispose]()
  const { sender: one, losses, lost } = sender(before.url, key)
  for (let at = 1; at <= 10_500; at++) one.push(line(at))
  await one.flush(300)
  expect(lost()).toBe(500)
  expect(new Set(losses.map(({ why }) => why))).toEqual(
    new Set(['too many lines waited for the observer'])
  )
  await using after = await observed({ dir, port })
  await one.flush(LONG)
  expect([await spansOf(after), lost()]).toEqual([10_000, 500])
  expect(await after.observer.store.span('a'.repeat(32), line(500).span)).toEqual([])
  expect(await after.observer.store.span('a'.repeat(32), line(501).span)).toHaveLength(1)
})

test('large lines are bounded by their bytes', async () => {
  const { sender: one, lost } = sender('http://127.0.0.1:9', 'pwk_any')
  const large = { attributes: { text: 'x'.repeat(500_000) } }
  for (let at = 1; at <= 40; at++) one.push(line(at, large))
  await one.flush(200)
  expect(lost()).toBe(40 - Math.floor((16 * 1024 * 1024) / 500_200))
})

test('closing takes no longer than it may, tells what is left, takes nothing more', async () => {
  const silent = await listening(() => undefined)
  const { sender: one, losses } = sender(silent, 'pwk_any')
  for (let at = 1; at <= 7; at++) one.push(line(at))
  const began = performance.now()
  await Promise.all([one.close(300), one.close(60_000)])
  expect(performance.now() - began).toBeLessThan(LONG)
  expect(losses).toEqual([{ lines: 7, why: expect.stringMatching(/^not sent before/) }])
  one.push(line(8))
  expect(losses[1]).toEqual({ lines: 1, why: 'the tracer is closed' })
})

test('a program that is told of a loss and throws is not stopped by it', async () => {
  const url = 'http://127.0.0.1:9'
  const onLoss = (): never => {
    throw new Error('in the listener')
  }
  const one = new Sender({ url, key: 'pwk_any', onLoss })
  one.push(line(1))
  await one.close(100)
  expect(() => one.push(line(2))).not.toThrow()
})

/** A process that traces to an observer that never answers, and then has nothing else to do. */
async function ran(url: string, end: string): Promise<{ code: number; stderr: string }> {
  const from = fileURLToPath(new URL('../../src/trace/tracer.ts', import.meta.url))
  const script = `import { createTracer } from ${JSON.stringify(from)}
    const tracer = createTracer({ url: ${JSON.stringify(url)}, key: 'pwk_any' })
    tracer.start('work').end()
    await new Promise((resolve) => setTimeout(resolve, 600))
    ${end}`
  const words = ['--conditions=source', '--input-type=module', '-e', script]
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stderr }
}

test('a tracer never keeps its process alive, unless one waits for it to close', async () => {
  let asked = 0
  const silent = await listening(() => void asked++)
  const began = performance.now()
  expect(await ran(silent, '')).toEqual({ code: 0, stderr: '' })
  // One request alone may take ten seconds: it ended long before that.
  expect(performance.now() - began).toBeLessThan(9_000)
  expect(asked).toBe(1)
  const closed = await ran(silent, 'await tracer.close(500)')
  expect(closed.code).toBe(0)
  expect(closed.stderr).toMatch(/PeerworkTraceWarning: 2 lines of a trace were lost: not sent/)
})

test('a tracer that is disposed of has sent everything', async () => {
  await using it = await observed()
  {
    await using tracer = createTracer({ url: it.url, key: it.key(['ingest']) })
    for (let at = 0; at < 1_300; at++) tracer.start(`span ${at}`).end()
  }
  const { items } = await it.observer.store.traces({ text: 'span', limit: 500 })
  expect(items).toHaveLength(500)
  expect((await it.observer.store.size()).spans).toBe(1_300)
})
