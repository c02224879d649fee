/**
 * What every store of traces does, as tests. Each store runs all of them:
 * `conformance('SQLite', async () => ({ store, reopen, ... }))`.
 */

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Fact, HandoffPart, SpanPart } from '../../src/observer/model.ts'
import { integrityOf } from '../../src/observer/query/integrity.ts'
import type { Ingest, KeptBatch, Page, TraceStore } from '../../src/observer/store.ts'
import { answersOf } from './answers.ts'
import { anyParts } from './any-parts.ts'

export interface Opened {
  readonly store: TraceStore
  /** Close it, and open it again on the same data. */
  readonly reopen: () => Promise<TraceStore>
  /** Close it if it is open, and remove its data. */
  readonly remove: () => Promise<void>
}

/** Each call gives an empty store whose clock says `NOW_MS`. */
export type Open = (nowMs: number) => Promise<Opened>

/** 2026-11-20T12:00:00Z */
export const NOW_MS = 1_795_176_000_000
const NOW = NOW_MS * 1_000
const HOUR = 3_600_000_000
const DAY = 24 * HOUR
const KEY = { kind: 'key', by: 'ci' } as const
const AGENT = { kind: 'agent', by: '12D3KooWalice' } as const

const traceId = (n: number): string => n.toString(16).padStart(32, '0')
const spanId = (n: number): string => n.toString(16).padStart(16, '0')
const span = (trace: number, id: number, more: Partial<SpanPart> = {}): SpanPart => ({
  ...{ trace: traceId(trace), span: spanId(id), source: KEY, ...more }
})
const said = (parts: Partial<Ingest>): Ingest => ({ spans: [], handoffs: [], facts: [], ...parts })
const fact = (id: string, more: Partial<Fact> = {}): Fact => ({
  ...{ id, source: AGENT, atUs: NOW, type: 'error', body: {} },
  ...more
})
const batch = (first: number, count: number, digest: string): KeptBatch => ({
  ...{ by: AGENT.by, boot: spanId(7), first, count, digest: digest.repeat(64) },
  ...{ issued: NOW_MS, bytes: Buffer.from(`${first}+${count} ${digest}`) }
})

/** The same parts, of traces that no other run has. */
const renamed = (parts: readonly Ingest[], run: number): Ingest[] =>
  JSON.parse(
    JSON.stringify(parts).replaceAll(/"trace":"(.)[0-9a-f]{31}"/g, (_, letter: string) => {
      return `"trace":"${letter.repeat(24)}${run.toString(16).padStart(8, '0')}"`
    })
  ) as Ingest[]

/** Every page by its cursor; the cursor must end. */
async function all<Item>(ask: (after?: string) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = []
  let page = await ask()
  for (let pages = 1; ; pages++) {
    items.push(...page.items)
    if (page.next === undefined) return items
    expect(pages).toBeLessThan(10_000)
    page = await ask(page.next)
  }
}

async function sizes(store: TraceStore) {
  const { bytes: _, ...counts } = await store.size()
  return counts
}

export function conformance(name: string, open: Open): void {
  describe(`${name} as a store of traces`, () => {
    let opened: Opened
    let store: TraceStore
    beforeEach(async () => {
      opened = await open(NOW_MS)
      store = opened.store
    })
    afterEach(() => opened.remove())

    const tell = (...entries: Partial<Ingest>[]) => store.ingest(entries.map(said))
    const found = async (query: Omit<Parameters<TraceStore['traces']>[0], 'limit'>) =>
      (await all((after) => store.traces({ ...query, limit: 7, ...(after ? { after } : {}) }))).map(
        ({ trace }) => Number.parseInt(trace, 16)
      )

    test('any order, any grouping and any repetition of parts gives the same answers', async () => {
      const other = await open(NOW_MS)
      let runs = 0
      const dice = fc.infiniteStream(fc.nat())
      const asked = fc.asyncProperty(anyParts(NOW), dice, async (some, throws) => {
        const parts = renamed(some, ++runs)
        const roll = (max: number): number => Number(throws.next().value) % max
        const again = parts.filter(() => roll(3) === 0)
        const shuffled = [...parts, ...again]
          .map((part) => ({ part, at: roll(1_000) }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ part }) => part)
        await store.ingest(parts)
        for (let at = 0; at < shuffled.length;) {
          const next = at + 1 + roll(4)
          await other.store.ingest(shuffled.slice(at, next))
          at = next
        }
        expect(await answersOf(other.store, parts)).toBe(await answersOf(store, parts))
      })
      try {
        // Both stores keep what a run told, so what fails once fails from then on.
        await fc.assert(asked, { numRuns: 40, endOnFailure: true })
      } finally {
        await other.remove()
      }
    })

    test('what was told is there after opening again', async () => {
      const parts = [
        said({ spans: [span(1, 1, { name: 'greet', startUs: NOW, attributes: { a: 'b' } })] }),
        said({ facts: [fact('x/1', { trace: traceId(1) })], batch: batch(0, 5, 'a') })
      ]
      await store.ingest(parts)
      const before = await answersOf(store, parts)
      store = await opened.reopen()
      expect(await answersOf(store, parts)).toBe(before)
      expect(await store.ingest(parts)).toEqual(['known', 'known'])
    })

    test('an entry that says nothing new is known', async () => {
      const entry = { spans: [span(1, 1, { name: 'a', attributes: { k: 1 } })] }
      expect(await tell(entry, entry)).toEqual(['new', 'known'])
      expect(await tell(entry)).toEqual(['known'])
      expect(await tell({ spans: [span(1, 1, { attributes: { k: 2 } })] })).toEqual(['new'])
      expect(await tell({})).toEqual(['known'])
    })

    test('parts of one span that come apart are one span', async () => {
      await tell({ spans: [span(1, 1, { endUs: NOW + 5, status: 'ok', attributes: { b: 2 } })] })
      await tell({ spans: [span(1, 1, { startUs: NOW, kind: 'tool', attributes: { a: 1 } })] })
      expect(await store.span(traceId(1), spanId(1))).toEqual([
        {
          ...{ trace: traceId(1), span: spanId(1), source: KEY, kind: 'tool', status: 'ok' },
          ...{ startUs: NOW, endUs: NOW + 5, attributes: { a: 1, b: 2 } }
        }
      ])
    })

    test('two producers with one span id are two spans', async () => {
      await tell({ spans: [span(1, 1, { name: 'a' }), span(1, 1, { name: 'b', source: AGENT })] })
      const names = (await store.span(traceId(1), spanId(1))).map((one) => one.name)
      expect(new Set(names)).toEqual(new Set(['a', 'b']))
      expect(await store.trace(traceId(1))).toMatchObject({ spans: 2, sealed: false })
    })

    test('the root speaks for its trace, whenever it comes', async () => {
      const child = { parent: spanId(1), startUs: NOW, endUs: NOW + 9, status: 'error' } as const
      await tell({ spans: [span(1, 2, { ...child, name: 'child' })] })
      expect(await store.trace(traceId(1))).toMatchObject({ name: 'child', status: 'error' })
      await tell({ spans: [span(1, 1, { name: 'root', startUs: NOW + 1 })] })
      expect(await store.trace(traceId(1))).toMatchObject({
        ...{ name: 'root', status: 'open', startUs: NOW, endUs: null, spans: 2, errors: 1 }
      })
      await tell({ spans: [span(1, 1, { endUs: NOW + 3, status: 'ok' })] })
      expect(await store.trace(traceId(1))).toMatchObject({ status: 'ok', endUs: NOW + 9 })
      // A part that says its parent makes it no root.
      await tell({ spans: [span(1, 1, { parent: spanId(9) })] })
      expect(await store.trace(traceId(1))).toMatchObject({ name: 'child', status: 'error' })
    })

    test('costs of leaves are summed exactly, and those around them do not count', async () => {
      const model = { kind: 'model', costSource: 'reported', cost: 0.1 } as const
      const outer = { kind: 'agent', cost: 9, costSource: 'estimated' } as const
      await tell({ spans: [span(1, 1, outer), span(1, 2, model), span(1, 3, model)] })
      await tell({ spans: [span(1, 4, { ...model, tokens: { input: 3, output: 4 } })] })
      const summary = await store.trace(traceId(1))
      expect(summary).toMatchObject({ cost: 0.3, costSource: 'reported', tokens: 7 })
      await tell({ spans: [span(1, 5, { kind: 'model' })] })
      expect(await store.trace(traceId(1))).toMatchObject({ cost: 0.3, costSource: 'unknown' })
      await tell({ spans: [span(2, 1, outer)] })
      expect(await store.trace(traceId(2))).toMatchObject({ cost: 9, costSource: 'estimated' })
    })

    test('lists go by pages in both orders, over days, through traces of one moment', async () => {
      const starts = Array.from({ length: 60 }, (_, n) => NOW - Math.floor(n / 5) * 7 * HOUR)
      const spans = starts.map((startUs, n) => span(n + 1, 1, { startUs }))
      await tell(...spans.map((one) => ({ spans: [one] })))
      const sorted = starts
        .map((start, n) => ({ start, n: n + 1 }))
        .toSorted((a, b) => a.start - b.start || a.n - b.n)
        .map(({ n }) => n)
      expect(await found({ order: 'oldest' })).toEqual(sorted)
      expect(await found({})).toEqual(sorted.toReversed())
      const inside = sorted.filter((n) => {
        const start = starts[n - 1] ?? 0
        return start >= NOW - 2 * DAY && start < NOW - HOUR
      })
      const window = { fromUs: NOW - 2 * DAY, toUs: NOW - HOUR }
      expect(await found({ ...window, order: 'oldest' })).toEqual(inside)
    })

    test('traces are found by each of their properties and by all of them', async () => {
      const one = { agent: 'alice', skill: 'draw', startUs: NOW, endUs: NOW + 2_000 }
      const error = { code: 'E_TOOL', message: 'no such tool' }
      await tell({
        spans: [
          span(1, 1, { ...one, model: 'opus', kind: 'model', cost: 2, status: 'ok' }),
          span(2, 1, { ...one, tool: 'grep', status: 'error', error, conversation: 'c-1' }),
          span(3, 1, { startUs: NOW - DAY, endUs: NOW, agent: 'bob', status: 'ok' })
        ]
      })
      expect(await found({ agent: 'alice' })).toEqual([2, 1])
      expect(await found({ agent: 'alice', model: 'opus' })).toEqual([1])
      expect(await found({ agent: 'bob', model: 'opus' })).toEqual([])
      expect(await found({ skill: 'draw', tool: 'grep' })).toEqual([2])
      expect(await found({ status: 'ok' })).toEqual([1, 3])
      expect(await found({ status: 'open' })).toEqual([])
      expect(await found({ errorCode: 'E_TOOL' })).toEqual([2])
      expect(await found({ conversation: 'c-1' })).toEqual([2])
      expect(await found({ costAbove: 1 })).toEqual([1])
      expect(await found({ costBelow: 1 })).toEqual([2, 3])
      expect(await found({ durationAbove: 2 })).toEqual([3])
      expect(await found({ durationBelow: 3, agent: 'alice' })).toEqual([2, 1])
      expect(await found({ agent: 'nobody' })).toEqual([])
    })

    test('a status that changes leaves its old list', async () => {
      await tell({ spans: [span(1, 1, { startUs: NOW })] })
      expect(await found({ status: 'open' })).toEqual([1])
      await tell({ spans: [span(1, 1, { startUs: NOW - DAY, status: 'canceled' })] })
      expect(await found({ status: 'open' })).toEqual([])
      expect(await found({ status: 'canceled' })).toEqual([1])
    })

    test('words are found soon, in any case, and also after opening again', async () => {
      await tell(
        { spans: [span(1, 1, { name: 'Grüße senden', startUs: NOW, agent: 'alice' })] },
        { spans: [span(1, 2, { error: { code: 'E_X', message: 'quota reached' } })] },
        { spans: [span(2, 1, { name: 'quota', startUs: NOW, attributes: { q: 'blue whale' } })] }
      )
      const soon = { timeout: 15_000, interval: 50 }
      await vi.waitFor(async () => expect(await found({ text: 'quota' })).toEqual([2, 1]), soon)
      expect(await found({ text: 'QUOTA grüße' })).toEqual([1])
      expect(await found({ text: 'quota', agent: 'alice' })).toEqual([1])
      expect(await found({ text: 'whale' })).toEqual([2])
      expect(await found({ text: 'quota zebra' })).toEqual([])
      await tell({ spans: [span(3, 1, { name: 'zebra', startUs: NOW })] })
      store = await opened.reopen()
      await vi.waitFor(async () => expect(await found({ text: 'zebra' })).toEqual([3]), soon)
    })

    test.each([
      '"',
      '*',
      'a OR',
      'NEAR(',
      "';--",
      'name:x',
      '^a',
      '(',
      '-',
      '\0',
      '%',
      '{a b}',
      '💥'
    ])('a text is words and never syntax: %j', async (text) => {
      await tell({ spans: [span(1, 1, { name: 'plain', startUs: NOW })] })
      expect(Array.isArray((await store.traces({ text, limit: 5 })).items)).toBe(true)
    })

    test.each(['', 'x', 'W10', 'eyJhIjoxfQ', 'WzEsMl0', '../..', 'WzFlOTk5LCJhYSJd'])(
      'a made-up cursor is refused: %j',
      async (after) => {
        await tell({ spans: [span(1, 1, { startUs: NOW })] })
        const asks = [
          store.traces({ limit: 1, after }),
          store.spans(traceId(1), { limit: 1, after }),
          store.handoffs({ limit: 1, after }),
          store.facts({ limit: 1, after })
        ]
        for (const ask of asks) await expect(ask).rejects.toMatchObject({ code: 'BAD_OPTION' })
      }
    )

    test.each([0, -1, 1.5, Number.NaN, 1e9])('a page of %d items is refused', async (limit) => {
      await expect(store.traces({ limit })).rejects.toMatchObject({ code: 'BAD_OPTION' })
    })

    test('an id that is none is refused with everything beside it', async () => {
      const bad = { ...span(1, 1), trace: 'xyz' }
      await expect(tell({ spans: [span(2, 1)] }, { spans: [bad] })).rejects.toMatchObject({
        code: 'MALFORMED'
      })
      expect(await store.trace(traceId(2))).toBeUndefined()
    })

    test('spans of a trace go by start, then id', async () => {
      const spans = Array.from({ length: 30 }, (_, n) => {
        return span(1, 30 - n, { startUs: NOW + Math.floor(n / 4) })
      })
      await tell(...spans.map((one) => ({ spans: [one] })))
      const ids = (
        await all((after) => store.spans(traceId(1), { limit: 4, ...(after ? { after } : {}) }))
      ).map((one) => [one.startUs, one.span])
      const sorted = spans
        .map((one) => [one.startUs, one.span])
        .toSorted((a, b) => {
          return Number(a[0]) - Number(b[0]) || (String(a[1]) < String(b[1]) ? -1 : 1)
        })
      expect(ids).toEqual(sorted)
    })

    test('both sides of a handoff stand side by side', async () => {
      const giver: HandoffPart = {
        ...{ trace: traceId(1), id: 't1', side: 'giver', source: AGENT, from: AGENT.by, to: 'bob' },
        ...{ offeredUs: NOW, status: 'offered', mode: 'return-to-caller' }
      }
      const taker: HandoffPart = {
        ...{ trace: traceId(1), id: 't1', side: 'taker', source: { kind: 'agent', by: 'bob' } },
        ...{ from: AGENT.by, to: 'bob', acceptedUs: NOW + 9, status: 'accepted' }
      }
      const liar: HandoffPart = { ...giver, source: { kind: 'key', by: 'a' }, status: 'rejected' }
      await tell({ handoffs: [liar] }, { handoffs: [taker] }, { handoffs: [giver] })
      const expected = { trace: traceId(1), id: 't1', giver, taker }
      const asked = [
        {},
        { trace: traceId(1) },
        { agent: 'bob' },
        { status: 'accepted' },
        { fromUs: NOW, toUs: NOW + 1 }
      ] as const
      for (const query of asked) {
        expect((await store.handoffs({ ...query, limit: 5 })).items).toEqual([expected])
      }
      const others = [
        { trace: traceId(2) },
        { agent: 'eve' },
        { status: 'ok' },
        { toUs: NOW }
      ] as const
      for (const query of others) {
        expect((await store.handoffs({ ...query, limit: 5 })).items).toEqual([])
      }
    })

    test('handoffs go newest first, by pages', async () => {
      const handoffs = Array.from({ length: 25 }, (_, n): HandoffPart => ({
        ...{ trace: traceId(1 + (n % 3)), id: `t${n}`, side: 'giver', source: AGENT },
        offeredUs: NOW - Math.floor(n / 4) * 9 * HOUR
      }))
      await tell(...handoffs.map((one) => ({ handoffs: [one] })))
      const times = (
        await all((after) => store.handoffs({ limit: 3, ...(after ? { after } : {}) }))
      ).map((one) => one.giver?.offeredUs)
      expect(times).toEqual(handoffs.map((one) => one.offeredUs))
    })

    test('facts are listed by trace, span, teller, type and time', async () => {
      const at = (n: number): number => NOW - n * 11 * HOUR
      const facts = [
        fact('p/0/0', { atUs: at(0), trace: traceId(1), span: spanId(1), body: { n: 0 } }),
        fact('p/0/1', { atUs: at(1), type: 'guard.tripped', trace: traceId(1) }),
        fact('p/0/2', { atUs: at(2), type: 'guard.near' }),
        fact('q', { atUs: at(3), source: KEY })
      ]
      await tell(...facts.map((one) => ({ facts: [one] })))
      const ids = async (query: object) => {
        const pages = all((after) =>
          store.facts({ ...query, limit: 2, ...(after ? { after } : {}) })
        )
        return (await pages).map(({ id }) => id)
      }
      expect(await ids({})).toEqual(['q', 'p/0/2', 'p/0/1', 'p/0/0'])
      expect(await ids({ order: 'newest' })).toEqual(['p/0/0', 'p/0/1', 'p/0/2', 'q'])
      expect(await ids({ trace: traceId(1) })).toEqual(['p/0/1', 'p/0/0'])
      expect(await ids({ trace: traceId(1), span: spanId(1) })).toEqual(['p/0/0'])
      expect(await ids({ types: ['guard.'] })).toEqual(['p/0/2', 'p/0/1'])
      expect(await ids({ types: ['guard'] })).toEqual([])
      expect(await ids({ types: ['error', 'guard.near'] })).toEqual(['q', 'p/0/2', 'p/0/0'])
      expect(await ids({ by: 'ci' })).toEqual(['q'])
      expect(await ids({ fromUs: at(2), toUs: at(0) })).toEqual(['p/0/2', 'p/0/1'])
      expect((await store.facts({ trace: traceId(1), span: spanId(1), limit: 1 })).items).toEqual([
        facts[0]
      ])
    })

    test('sums follow a span whose parts come later', async () => {
      await tell({ spans: [span(1, 1, { startUs: NOW, kind: 'model', agent: 'a', model: 'm' })] })
      const first = await store.usage({ bucket: 'hour' })
      expect(first).toMatchObject([
        { bucketUs: NOW, agent: 'a', model: 'm', spans: 1, costUnknown: 1 }
      ])
      const more = { startUs: NOW - DAY, endUs: NOW, cost: 0.25, costSource: 'estimated' } as const
      await tell({ spans: [span(1, 1, { ...more, status: 'error', tokens: { input: 5 } })] })
      expect(await store.usage({ bucket: 'hour' })).toMatchObject([
        {
          ...{ bucketUs: NOW - DAY, kind: 'model', spans: 1, errors: 1, input: 5, cost: 0.25 },
          ...{ costEstimated: 0.25, costReported: 0, costUnknown: 0, durationMs: DAY / 1_000 }
        }
      ])
      expect(await store.usage({ bucket: 'day' })).toMatchObject([{ bucketUs: NOW - 1.5 * DAY }])
      expect(await store.usage({ bucket: 'hour', fromUs: NOW })).toEqual([])
    })

    test('agents and values are summed, the most frequent first', async () => {
      await tell({
        spans: [
          span(1, 1, { agent: 'anna', startUs: NOW, endUs: NOW + 7, tool: 'grep', skill: 'x' }),
          span(1, 2, { agent: 'anna', startUs: NOW + 1, source: AGENT, status: 'error' }),
          span(1, 3, { agent: 'abel', startUs: NOW, kind: 'model', model: 'm', cost: 1 })
        ]
      })
      expect(await store.agents({})).toEqual([
        {
          ...{ agent: 'abel', by: ['ci'], spans: 1, errors: 0, firstUs: NOW, lastUs: NOW },
          ...{ tokens: 0, cost: 1 }
        },
        {
          ...{ agent: 'anna', by: [AGENT.by, 'ci'], spans: 2, errors: 1, firstUs: NOW },
          ...{ lastUs: NOW + 7, tokens: 0, cost: 0 }
        }
      ])
      expect(await store.agents({ toUs: NOW - HOUR })).toEqual([])
      expect(await store.values('agent', 'a')).toEqual(['anna', 'abel'])
      expect(await store.values('agent', 'ab')).toEqual(['abel'])
      expect(await store.values('tool', '')).toEqual(['grep'])
      expect(await store.values('model', '%')).toEqual([])
    })

    test('a log that is held has gaps, duplicates, late ones, refusals, counters', async () => {
      expect(await tell({ batch: batch(0, 5, 'a') }, { batch: batch(10, 5, 'b') })).toEqual([
        ...['new', 'new']
      ])
      expect(await tell({ batch: batch(0, 5, 'a') })).toEqual(['known'])
      expect(await tell({ batch: batch(5, 3, 'c') })).toEqual(['new'])
      await store.noteRefused(AGENT.by, spanId(7), 'SIGNATURE_INVALID', 2)
      await store.noteRefused(AGENT.by, spanId(7), 'SIGNATURE_INVALID', 1)
      const counters = {
        ...{ by: AGENT.by, boot: spanId(7), next: 20, oldest: 0, dropped: 1, issued: NOW_MS }
      }
      await store.noteCounters(counters)
      await store.noteCounters({ ...counters, next: 10, issued: NOW_MS - 1 })
      const newest = { ...counters, next: 18, issued: NOW_MS + 1, head: 'c2VhbGVk' }
      await store.noteCounters(newest)
      const expected = [
        {
          ...{ by: AGENT.by, boot: spanId(7), counters: { ...newest, most: 20 } },
          ...{ duplicates: 5, late: 3 },
          held: [
            { from: 0, to: 8 },
            { from: 10, to: 15 }
          ],
          ...{ refused: { SIGNATURE_INVALID: 3 }, forks: [] }
        }
      ]
      expect(await store.holdings()).toEqual(expected)
      store = await opened.reopen()
      expect(await store.holdings()).toEqual(expected)
    })

    test('two digests for one number are a fork, and both are kept', async () => {
      await tell({ batch: batch(0, 5, 'a') })
      const forked = batch(0, 5, 'b')
      const spans = [span(1, 1, { startUs: NOW })]
      expect(await tell({ batch: forked, spans })).toEqual(['forked'])
      expect(await tell({ batch: forked })).toEqual(['known'])
      expect(await store.trace(traceId(1))).toBeDefined()
      const [holding] = await store.holdings()
      expect(holding?.forks).toEqual([{ first: 0, digests: ['a'.repeat(64), 'b'.repeat(64)] }])
      const kept = await store.batches(AGENT.by, spanId(7), { from: 0, to: 9 }, 10)
      expect(kept.map(({ digest }) => digest[0])).toEqual(['a', 'b'])
    })

    test('sealed batches come back as they were, by range', async () => {
      const batches = [batch(0, 5, 'a'), batch(5, 5, 'b'), batch(10, 5, 'c')]
      await tell(...batches.map((one) => ({ batch: one })))
      const read = async (from: number, to: number, limit = 10) => {
        return store.batches(AGENT.by, spanId(7), { from, to }, limit)
      }
      const bytes = (await read(0, 99)).map((one) => ({ ...one, bytes: Buffer.from(one.bytes) }))
      expect(bytes).toEqual(batches)
      expect((await read(4, 6)).map(({ first }) => first)).toEqual([0, 5])
      expect((await read(5, 10)).map(({ first }) => first)).toEqual([5])
      expect((await read(0, 99, 1)).map(({ first }) => first)).toEqual([0])
      expect(await store.batches('nobody', spanId(7), { from: 0, to: 9 }, 10)).toEqual([])
    })

    test('what is too old is forgotten, except what is pinned; its sums stay', async () => {
      const old = NOW - 10 * DAY
      const parts = { startUs: old, agent: 'a', name: 'old', attributes: { k: 'v' } }
      const handoff: HandoffPart = {
        ...{ trace: traceId(1), id: 't', side: 'giver', source: AGENT, offeredUs: old }
      }
      const kept = fact(`${AGENT.by}/${spanId(7)}/2`, { trace: traceId(1), atUs: old })
      const proof = { ...batch(0, 5, 'a'), issued: NOW_MS - 10 * 24 * 3_600_000 }
      await tell(
        { spans: [span(1, 1, parts)], handoffs: [handoff], facts: [kept], batch: proof },
        { spans: [span(2, 1, parts)] },
        { spans: [span(3, 1, { startUs: NOW })] }
      )
      await store.pin(traceId(1), true)
      const before = await store.span(traceId(1), spanId(1))
      const usage = await store.usage({ bucket: 'hour' })
      expect(await store.prune({ days: 5 }, NOW)).toMatchObject({ traces: 1, spans: 1 })
      expect(await found({})).toEqual([3, 1])
      expect(await store.trace(traceId(1))).toMatchObject({ pinned: true, spans: 1 })
      expect(await store.trace(traceId(2))).toBeUndefined()
      expect(await store.span(traceId(1), spanId(1))).toEqual(before)
      expect((await store.handoffs({ trace: traceId(1), limit: 5 })).items).toHaveLength(1)
      expect((await store.facts({ trace: traceId(1), limit: 5 })).items).toEqual([kept])
      expect(await store.batches(AGENT.by, spanId(7), { from: 0, to: 9 }, 5)).toHaveLength(1)
      expect(await store.usage({ bucket: 'hour' })).toEqual(usage)
      expect((await store.holdings())[0]?.held).toEqual([{ from: 0, to: 5 }])
      expect(await store.prune({ days: 5 }, NOW)).toEqual({ traces: 0, spans: 0, bytes: 0 })
      // A late part finds its pinned trace.
      await tell({ spans: [span(1, 1, { startUs: old, status: 'ok' })] })
      expect(await store.trace(traceId(1))).toMatchObject({ status: 'ok', spans: 1 })
    })

    test('a start of which nothing is left is told no more, but for its sums', async () => {
      const issued = NOW_MS - 10 * 24 * 3_600_000
      const log = { by: AGENT.by, boot: spanId(7) }
      const said7 = { ...log, next: 12, oldest: 2, dropped: 2, issued }
      const others = [
        { ...batch(0, 5, 'a'), issued, boot: spanId(8) },
        { ...batch(0, 5, 'c'), issued, boot: spanId(9) },
        { ...batch(0, 5, 'd'), issued, boot: spanId(9) }
      ]
      const own = [
        { ...batch(2, 5, 'a'), issued },
        { ...batch(7, 5, 'b'), issued }
      ] as const
      await tell(...[...own, ...others].map((one) => ({ batch: one })))
      await tell({ batch: own[1] })
      await store.noteCounters(said7)
      await store.noteCounters({ ...said7, boot: spanId(8), next: 6, oldest: 0, dropped: 0 })
      await store.noteRefused(AGENT.by, spanId(7), 'MALFORMED', 3)
      const sums = async () => {
        const { producers, ...all } = integrityOf(await store.holdings())
        const emitted = producers.reduce((sum, one) => sum + (one.emitted ?? one.held), 0)
        const held = producers.reduce((sum, one) => sum + one.held, 0)
        return { ...all, emitted, held }
      }
      const before = await sums()
      expect(before).toMatchObject({ missing: 1, dropped: 2, refused: 3, forks: 1, held: 20 })
      const boots = async () => (await store.holdings()).map(({ boot }) => boot)
      expect(await boots()).toEqual([spanId(7), spanId(8), spanId(9)])
      await store.prune({ days: 5 }, NOW)
      // Of the second one is missing and may come, the third is a proof.
      expect(await boots()).toEqual([spanId(8), spanId(9), ''])
      expect(await sums()).toEqual(before)
      store = await opened.reopen()
      expect(await sums()).toEqual(before)
      expect((await store.holdings()).at(-1)).toEqual({
        ...{ by: AGENT.by, boot: '', held: [], forks: [], duplicates: 5, late: 0 },
        past: { starts: 1, emitted: 12, held: 10, dropped: 2 },
        refused: { MALFORMED: 3 }
      })
      const start = (await store.starts()).find(({ boot }) => boot === spanId(7))
      expect(start).toMatchObject({ past: { starts: 1 }, held: [{ from: 2, to: 12 }] })
      // What is told a second time is not counted a second time, nor is it taken for news.
      await store.noteCounters(said7)
      expect(await boots()).toEqual([spanId(8), spanId(9), ''])
      expect(await tell({ batch: own[0] })).toEqual(['known'])
      expect(await boots()).toEqual([spanId(7), spanId(8), spanId(9)])
      expect(await sums()).toEqual(before)
      await store.prune({ days: 5 }, NOW)
      expect((await store.holdings()).at(-1)).toMatchObject({ boot: '', duplicates: 10 })
      expect(await tell({ batch: batch(12, 5, 'e') })).toEqual(['new'])
      expect(await boots()).toEqual([spanId(7), spanId(8), spanId(9)])
    })

    test('the oldest goes first when there is too much', async () => {
      for (const days of [3, 2, 1, 0]) {
        await tell({ spans: [span(days + 1, 1, { startUs: NOW - days * DAY })] })
      }
      expect(await store.size()).toMatchObject({
        ...{ spans: 4, traces: 4, facts: 0, oldestUs: NOW - 3 * DAY }
      })
      expect(await store.prune({ count: 2 }, NOW)).toMatchObject({ traces: 2, spans: 2 })
      expect(await found({})).toEqual([1, 2])
      expect((await store.size()).bytes).toBeGreaterThan(0)
    })

    test('a trace that is removed is as if it had never come', async () => {
      const usage = () => store.usage({ bucket: 'hour' })
      const rest = { startUs: NOW, agent: 'stays', name: 'kept', kind: 'step' } as const
      await tell({ spans: [span(2, 1, rest)] })
      const before = [await usage(), await store.agents({}), await sizes(store)]
      const named = { agent: 'goes', model: 'm', tool: 't', skill: 's' }
      const more = { ...named, startUs: NOW + 1, kind: 'model', cost: 2 } as const
      const handoff: HandoffPart = {
        ...{ trace: traceId(1), id: 't', side: 'giver', source: KEY, offeredUs: NOW }
      }
      const told = {
        spans: [span(1, 1, { ...more, name: 'gone', status: 'error' }), span(1, 2, more)],
        handoffs: [handoff],
        facts: [fact('ci/1', { trace: traceId(1), source: KEY })]
      }
      await tell(told)
      await store.pin(traceId(1), true)
      expect(await store.removeTraces([traceId(1), traceId(1), traceId(9)], KEY)).toBe(1)
      expect(await found({})).toEqual([2])
      for (const query of [{ text: 'gone' }, { agent: 'goes' }, { status: 'error' }] as const) {
        expect(await found(query)).toEqual([])
      }
      expect(await store.trace(traceId(1))).toBeUndefined()
      expect((await store.spans(traceId(1), { limit: 5 })).items).toEqual([])
      expect(await store.span(traceId(1), spanId(1))).toEqual([])
      expect((await store.handoffs({ limit: 5 })).items).toEqual([])
      expect((await store.facts({ limit: 5 })).items).toEqual([])
      expect(await store.values('model', '')).toEqual([])
      expect([await usage(), await store.agents({}), await sizes(store)]).toEqual(before)
      expect(await store.removeTraces([traceId(1)], KEY)).toBe(0)
      // A new one takes no number of the old; and who tells it again has it again, not pinned.
      await tell({ spans: [span(3, 1, rest)] })
      store = await opened.reopen()
      expect(await found({})).toEqual([3, 2])
      await tell(told)
      expect(await found({ text: 'gone' })).toEqual([1])
      expect(await store.trace(traceId(1))).toMatchObject({ spans: 2, cost: 4, pinned: false })
      await expect(store.removeTraces(['x'], KEY)).rejects.toMatchObject({ code: 'MALFORMED' })
    })

    test('a trace of which somebody else told is not removed, and stays pinned', async () => {
      const handoff = { id: 't', side: 'taker', source: AGENT, offeredUs: NOW } as const
      const own = [1, 2, 3, 4].map((n) => span(n, 1, { startUs: NOW, model: 'm', cost: 1 }))
      await tell({ spans: own })
      await tell({
        // The name is the same: who told is its kind as well.
        spans: [span(1, 2, { startUs: NOW, source: { ...KEY, kind: 'agent' } })],
        handoffs: [{ ...handoff, trace: traceId(2) }],
        facts: [fact('a/1', { trace: traceId(3) })]
      })
      const asked = [1, 2, 3, 4].map(traceId)
      for (const trace of asked) await store.pin(trace, true)
      expect(await store.removeTraces(asked, KEY)).toBe(1)
      const there = await Promise.all(asked.map((trace) => store.trace(trace)))
      expect(there.map((summary) => summary?.pinned)).toEqual([true, true, true, undefined])
      expect(there.map((summary) => summary?.spans)).toEqual([2, 1, 1, undefined])
      expect((await store.usage({ bucket: 'day' })).map(({ cost }) => cost)).toContain(3)
      expect((await store.handoffs({ limit: 5 })).items).toHaveLength(1)
      expect((await store.facts({ limit: 5 })).items).toHaveLength(1)
    })

    test('hostile text is kept as text, within bounds', async () => {
      const text = `"'\`;<script>\u{202E}\u{FFFF}💥\uD800${'x'.repeat(20_000)}`
      const attributes = { __proto__x: text, 'a\0b': '\0d', nested: [{ '': null }] }
      await tell({ spans: [span(1, 1, { name: text, agent: text, startUs: NOW, attributes })] })
      const [kept] = await store.span(traceId(1), spanId(1))
      expect(kept?.name?.startsWith(`"'\`;<script>`)).toBe(true)
      expect(kept?.name?.length).toBeLessThanOrEqual(1_024)
      expect(kept?.attributes?.['a\0b']).toBe('\0d')
      expect(await tell({ spans: [span(1, 1, { name: text, attributes })] })).toEqual(['known'])
    })

    test('numbers that no producer can mean are as if not said', async () => {
      const wild = { startUs: -1, endUs: Infinity, cost: Number.NaN, tokens: { input: -5 } }
      await tell({ spans: [span(1, 1, wild), span(1, 2, { cost: 1e300, startUs: 1e18 })] })
      expect(await store.trace(traceId(1))).toMatchObject({ cost: 0, tokens: 0, startUs: 0 })
    })

    test('a conversation repeated in every call costs little and comes back whole', async () => {
      const turn = (n: number) => ({ role: 'user', content: `${n} ${'word '.repeat(200)}` })
      const spans = Array.from({ length: 30 }, (_, n) => {
        const turns = Array.from({ length: n + 1 }, (_, at) => turn(at))
        const attributes = { 'gen_ai.input.messages': JSON.stringify(turns), list: turns }
        return span(1, n + 1, { startUs: NOW + n, attributes })
      })
      await tell({ spans })
      for (const one of spans) {
        expect((await store.span(traceId(1), one.span))[0]?.attributes).toEqual(one.attributes)
      }
    })

    test('many calls at once are all answered', async () => {
      const calls = Array.from({ length: 200 }, (_, n) => {
        return tell({ spans: [span(n + 1, 1, { startUs: NOW + n }), span(n + 1, 1)] })
      })
      expect(await Promise.all(calls)).toEqual(calls.map(() => ['new']))
      expect(await found({})).toHaveLength(200)
    })

    test('a store that is closed says so', async () => {
      await store[Symbol.asyncDispose]()
      await expect(store.trace(traceId(1))).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}
