import { expect, test } from 'vitest'
import type { TracePage } from '../../src/gateway/trace-pages.ts'
import { observed } from './observed.ts'
import { START } from './samples.ts'

const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')
/** Pairs begin at one moment, so that a page can end between two of the same time. */
const spanLine = (at: number) => ({
  ...{ type: 'span', trace: hex(32, at + 1), span: hex(16, at + 1), name: `run ${at}` },
  ...{ agent: at % 3 === 0 ? 'third' : 'other', start: START + Math.floor(at / 2) * 1_000 },
  end: START + 1e6
})

async function filled() {
  const it = await observed()
  await it.tell(...Array.from({ length: 30 }, (_, at) => spanLine(at)))
  const key = it.key(['read'])
  const page = async (query: string): Promise<TracePage> => {
    const answer = await it.ask(`/api/v1/traces?${query}`, { key })
    expect(answer.status, answer.text).toBe(200)
    return answer.json() as unknown as TracePage
  }
  return { it, key, page, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() }
}

test.each(['', '&order=oldest', '&agent=third', '&agent=third&order=oldest'])(
  'back through the pages one sees the same ones as on the way there%s',
  async (more) => {
    await using store = await filled()
    const there: TracePage[] = []
    let place = ''
    for (;;) {
      const page = await store.page(`limit=4${more}${place}`)
      there.push(page)
      if (page.next === undefined) break
      place = `&after=${page.next}`
    }
    expect(there.length).toBeGreaterThan(2)
    expect(there[0]?.prev).toBeUndefined()
    for (let at = there.length - 1; at > 0; at--) {
      const back = await store.page(`limit=4${more}&before=${there[at]?.prev}`)
      expect(back.items).toEqual(there[at - 1]?.items)
      expect(back.next).toBe(there[at - 1]?.next)
      expect(back.prev).toBe(there[at - 1]?.prev)
    }
  }
)

test('a place that no page gave is refused, and so are two at once', async () => {
  await using store = await filled()
  const { next } = await store.page('limit=4')
  for (const query of ['before=x', `before=${next}&after=${next}`]) {
    const { status, json } = await store.it.ask(`/api/v1/traces?${query}`, { key: store.key })
    expect([status, json()['code']]).toEqual([400, 'BAD_OPTION'])
  }
})
