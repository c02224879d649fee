import { describe, expect, it } from 'vitest'
import { createContext } from '../../src/tasks/sandbox-context.ts'
import { createGuestFetch } from '../../src/tasks/sandbox-fetch.ts'
import type { FromRunner } from '../../src/tasks/sandbox-messages.ts'

function open() {
  const sent: FromRunner[] = []
  const send = (message: FromRunner): void => void sent.push(message)
  const abort = new AbortController()
  const own = createContext({
    message: {
      ...{ type: 'run', task: 't', from: 'p', traceparent: '00' },
      ...{ state: { n: 1 }, contents: false }
    },
    config: null,
    secrets: {},
    send,
    abort,
    net: createGuestFetch('t', send, abort.signal)
  })
  return { ...own, ctx: own.context, sent, abort }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

describe('ctx.emit', () => {
  it('waits once eight chunks are on their way, and goes on with each that was taken', async () => {
    const { ctx, sent, take } = open()
    const all = Promise.all(Array.from({ length: 10 }, (_, n) => ctx.emit(n)))
    await settled()
    expect(sent).toHaveLength(8)
    const credit = { type: 'credit', task: 't', bytes: 1 } as const
    take(credit, new Uint8Array())
    await settled()
    expect(sent).toHaveLength(9)
    take(credit, new Uint8Array())
    await all
  })

  it('stops waiting when the task has to end', async () => {
    const { ctx, abort } = open()
    const all = Promise.all(Array.from({ length: 9 }, () => ctx.emit('x')))
    const why = new Error('enough')
    abort.abort(why)
    await expect(all).rejects.toBe(why)
  })

  it('refuses a chunk that is too large or no JSON', () => {
    const { ctx } = open()
    expect(() => ctx.emit('x'.repeat(300_000))).toThrow('at most')
    expect(() => ctx.emit(undefined as never)).toThrow('not a JSON value')
  })
})

describe('the other words of ctx', () => {
  it('keep progress within 0 and 1, and survive what is no number', () => {
    const { ctx, sent, flush } = open()
    ctx.progress(7)
    ctx.progress(Number.NaN, 'lost')
    flush()
    expect(sent).toEqual([
      { type: 'progress', task: 't', fraction: 1, message: null },
      { type: 'progress', task: 't', fraction: null, message: 'lost' }
    ])
  })

  it('refuse to give money back', () => {
    const { ctx } = open()
    expect(() => ctx.spend({ tokens: -1 })).toThrow('from 0 to')
    expect(() => ctx.spend({ cost: Number.NaN })).toThrow('from 0 to')
    expect(() => ctx.spend({ cost: 1e308 })).toThrow('from 0 to')
  })

  it('log anything as text', () => {
    const { ctx, sent } = open()
    ctx.log.info({ a: 1 } as never)
    expect(sent).toEqual([{ type: 'log', task: 't', level: 'info', message: '{ a: 1 }' }])
  })

  it('patch the state all or nothing, and hand out copies', () => {
    const { ctx, patch } = open()
    expect(patch()).toBeNull()
    ctx.state.patch([{ op: 'add', path: '/m', value: 2 }])
    const bad = [
      { op: 'replace', path: '/n', value: 9 },
      { op: 'remove', path: '/x' }
    ] as const
    expect(() => ctx.state.patch(bad)).toThrow('no member x')
    const copy = ctx.state.read() as Record<string, unknown>
    copy['n'] = 5
    expect(ctx.state.read()).toEqual({ n: 1, m: 2 })
    expect(patch()).toEqual([{ op: 'add', path: '/m', value: 2 }])
  })
})
