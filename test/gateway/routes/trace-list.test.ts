import { expect, test } from 'vitest'
import { parseSearch } from '../../../web/src/search/parse.ts'
import { observed } from '../observed.ts'
import { START } from '../samples.ts'

const hex = (digits: number, value: number): string => value.toString(16).padStart(digits, '0')

/** Two traces that differ in everything that lines can tell of a span. */
const LINES = ['one', 'two'].map((word, at) => ({
  ...{ type: 'span', trace: hex(32, at + 1), span: hex(16, 1), name: `run ${word}`, kind: 'model' },
  ...{ agent: `agent ${word}`, model: `model-${word}`, tool: `tool-${word}`, conversation: word },
  ...{ start: START + at * 60_000, end: START + at * 60_000 + 1_000 * (at + 1), cost: at + 0.5 },
  ...(at === 0 && { error: { code: 'TIMEOUT', message: 'too late' } })
}))
test.each([
  ['agent:"agent one"', 'run one'],
  ['model:model-two', 'run two'],
  ['tool:tool-one', 'run one'],
  ['conversation:two', 'run two'],
  ['status:failed', 'run one'],
  ['status:ok', 'run two'],
  ['error:TIMEOUT', 'run one'],
  ['cost>1', 'run two'],
  ['cost<1', 'run one'],
  ['took>1.5s', 'run two'],
  ['took<1.5s', 'run one'],
  [`until:${new Date(START).getFullYear() + 1}-06-01 cost>1`, 'run two'],
  ['"two run"', 'run two'],
  ['agent:"agent one" took<2s status:error late', 'run one']
])('what the search calls %s finds one of two traces', async (search, found) => {
  await using it = await observed()
  await it.tell(...LINES)
  const { parameters, faults } = parseSearch(search)
  expect(faults).toEqual([])
  const key = it.key(['read'])
  const look = async () => {
    const answer = await it.ask(`/api/v1/traces?${new URLSearchParams(parameters).toString()}`, {
      key
    })
    expect(answer.status, answer.text).toBe(200)
    return (answer.json() as { items: { name: string }[] }).items.map(({ name }) => name)
  }
  // Words are found some moments after the rest.
  await expect.poll(look, { timeout: 10_000 }).toEqual([found])
})

test('what began before the window, or is asked for in no known way, is not told', async () => {
  await using it = await observed()
  await it.tell(...LINES)
  const key = it.key(['read'])
  const since = await it.ask(`/api/v1/traces?from=${START + 30_000}`, { key })
  expect(since.json()['items']).toMatchObject([{ name: 'run two' }])
  for (const query of ['agnet=x', 'status=broken', 'costAbove=-1', 'limit=0', 'from=yesterday']) {
    expect((await it.ask(`/api/v1/traces?${query}`, { key })).status, query).toBe(400)
  }
})
