import { expect, test } from 'vitest'
import { observed, TRACE } from '../observed.ts'
import type { Observed } from '../observed.ts'
import { BROKEN_RUN, START } from '../samples.ts'

const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')
const spanLine = (at: number) => ({
  ...{ type: 'span', trace: hex(32, at + 1), span: hex(16, at + 1), name: `run ${at}` },
  ...{ agent: at % 2 === 0 ? 'even' : 'odd', start: START + at * 1_000, end: START + at * 1_001 }
})

/** Every page from the first on. */
async function walk(it: Observed, path: string): Promise<string[]> {
  const key = it.key(['read'])
  const names: string[] = []
  let after: string | undefined
  do {
    const more = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const page = (await it.ask(path + more, { key })).json() as {
      items: { name: string }[]
      next?: string
    }
    expect(page.items.length).toBeLessThanOrEqual(7)
    names.push(...page.items.map(({ name }) => name))
    after = page.next
  } while (after !== undefined)
  return names
}

test('pages follow each other without a gap and without doubles, in both directions', async () => {
  await using it = await observed()
  const lines = Array.from({ length: 30 }, (_, at) => spanLine(at))
  await it.tell(...lines)
  const names = lines.map(({ name }) => name)
  expect(await walk(it, '/api/v1/traces?limit=7')).toEqual(names.toReversed())
  expect(await walk(it, '/api/v1/traces?limit=7&order=oldest')).toEqual(names)
  const odd = names.filter((_, at) => at % 2 === 1)
  expect(await walk(it, '/api/v1/traces?limit=7&order=oldest&agent=odd')).toEqual(odd)
  const from = new Date(START + 10_000).toISOString()
  const to = START + 20_000
  const window = `/api/v1/traces?limit=7&order=oldest&from=${from}&to=${to}`
  expect(await walk(it, window)).toEqual(names.slice(10, 20))
})

test('the spans of one trace come page by page, by start', async () => {
  await using it = await observed()
  const lines = Array.from({ length: 20 }, (_, at) => ({ ...spanLine(at), trace: TRACE }))
  await it.tell(...lines)
  const path = `/api/v1/traces/${TRACE}/spans?limit=7`
  expect(await walk(it, path)).toEqual(lines.map(({ name }) => name))
})

test('a page of spans may be far larger than pages of all else', async () => {
  await using it = await observed()
  const lines = Array.from({ length: 2_345 }, (_, at) => ({ ...spanLine(at), trace: TRACE }))
  await it.tell(...lines)
  const key = it.key(['read'])
  const path = `/api/v1/traces/${TRACE}/spans?limit=`
  const all = (await it.ask(`${path}5000`, { key })).json()
  expect((all['items'] as unknown[]).length).toBe(2_345)
  expect(all).not.toHaveProperty('next')
  const some = (await it.ask(`${path}1234`, { key })).json()
  expect(some['items']).toEqual((all['items'] as unknown[]).slice(0, 1_234))
  expect((await it.ask(`${path}5001`, { key })).status).toBe(400)
})

test('one trace in a line is the same as in the list', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const { items } = (await it.ask('/api/v1/traces', { key })).json() as { items: unknown[] }
  const one = await it.ask(`/api/v1/traces/${TRACE}/summary`, { key })
  expect(one.json()).toEqual(items[0])
})

test('a tree without its branches still says where it broke', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const path = `/api/v1/traces/${TRACE}`
  const whole = (await it.ask(path, { key })).json()
  const cut = (await it.ask(`${path}?nodes=1`, { key })).json()
  expect({ ...cut, topology: whole['topology'] }).toEqual(whole)
  expect(cut['topology']).toMatchObject({ roots: [{ children: [] }], left: 2 })
})

test('facts of a trace come page by page, oldest first', async () => {
  await using it = await observed()
  const fact = (at: number) => {
    const body = { at }
    return { type: 'event', trace: TRACE, name: `n${at}`, at: START + at, body }
  }
  await it.tell(...BROKEN_RUN, ...Array.from({ length: 50 }, (_, at) => fact(at)))
  const key = it.key(['read'])
  const seen: { id: string; atUs: number }[] = []
  let after: string | undefined
  do {
    const more = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const path = `/api/v1/traces/${TRACE}/facts?limit=23${more}`
    const page = (await it.ask(path, { key })).json() as { items: typeof seen; next?: string }
    expect(page.items.length).toBeLessThanOrEqual(23)
    seen.push(...page.items)
    after = page.next
  } while (after !== undefined)
  expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
  const own = BROKEN_RUN.filter(({ type }) => type !== 'span' && type !== 'handoff')
  expect(seen.length).toBe(50 + own.length)
  expect(seen.map(({ atUs }) => atUs)).toEqual(
    seen.map(({ atUs }) => atUs).toSorted((a, b) => a - b)
  )
})

test('facts of a trace come the newest first where they are asked for so', async () => {
  await using it = await observed()
  const at = [3, 1, 4, 5, 9, 2, 6].map((n) => START + n)
  await it.tell(...at.map((ms) => ({ type: 'event', trace: TRACE, name: 'n', at: ms, body: {} })))
  const key = it.key(['read'])
  const seen: number[] = []
  let more = ''
  do {
    const path = `/api/v1/traces/${TRACE}/facts?order=newest&limit=3${more}`
    const { items, next } = (await it.ask(path, { key })).json() as {
      items: { atUs: number }[]
      next?: string
    }
    seen.push(...items.map(({ atUs }) => atUs / 1_000))
    more = next === undefined ? '' : `&after=${encodeURIComponent(next)}`
  } while (more !== '')
  expect(seen).toEqual(at.toSorted((a, b) => b - a))
  const wrong = await it.ask(`/api/v1/traces/${TRACE}/facts?order=best`, { key })
  expect(wrong.status).toBe(400)
})

test('a cursor that no page gave is refused, whatever is in it', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const code = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const hostile = [
    ...['', 'x', '%00', '../..', code([]), code([1]), code([1, 2]), code(['a', 'b']), code(null)],
    ...[code([1e308, 'ff']), code([-1, "' OR 1=1 --"]), code({ length: 2 }), code([[[]]])],
    ...[code([Number.MAX_SAFE_INTEGER, 'ff'.repeat(200)]), 'A'.repeat(512), code([1, TRACE, TRACE])]
  ]
  const own = ['spans', 'facts'].map((what) => `/api/v1/traces/${TRACE}/${what}?`)
  const paths = ['/api/v1/traces?', ...own, '/api/v1/handoffs?']
  for (const path of [...paths, `/api/v1/traces/${TRACE}/handoffs?`]) {
    for (const cursor of hostile) {
      const { status, text } = await it.ask(`${path}after=${cursor}`, { key })
      // A cursor of the right shape is only a place to go on from.
      expect([200, 400], `${path} ${cursor} ${text}`).toContain(status)
    }
  }
  expect(it.logged).toEqual([])
})

test('text has no syntax: what a search engine would act on is looked for as words', async () => {
  await using it = await observed()
  await it.tell(...BROKEN_RUN)
  const key = it.key(['read'])
  const found = async (text: string): Promise<number> => {
    const answer = await it.ask(`/api/v1/traces?text=${encodeURIComponent(text)}`, { key })
    expect(answer.status, text).toBe(200)
    return (answer.json()['items'] as unknown[]).length
  }
  expect(await found('trip')).toBe(1)
  expect(await found('trip flights')).toBe(1)
  expect(await found('trip nowhere')).toBe(0)
  const syntax = ['"', '*', 'trip"', 'NEAR(a b)', 'name:trip', '-trip', '^trip', 'a OR b', '()']
  for (const text of [...syntax, "'; DROP TABLE span; --", '\u0000', '{', '+', 'AND', ' ']) {
    await found(text)
  }
  expect(await found('trip')).toBe(1)
})

test('what is not there is told as such', async () => {
  await using it = await observed()
  const key = it.key(['read'])
  for (const end of ['', '/summary', '/state', '/integrity', `/spans/${'a'.repeat(16)}`]) {
    expect((await it.ask(`/api/v1/traces/${TRACE}${end}`, { key })).status, end).toBe(404)
  }
  const spans = await it.ask(`/api/v1/traces/${TRACE}/spans`, { key })
  expect([200, 404]).toContain(spans.status)
})
