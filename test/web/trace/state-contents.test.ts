import { expect, test } from 'vitest'
import type { ShownContent } from '../../../src/observer/content-page.ts'
import { filled, hiddenSpans } from '../../../web/src/trace/state/contents.ts'
import type { ToldChange } from '../../../web/src/trace/state/replay.ts'

const change = (path: string, more: Partial<ToldChange> = {}): ToldChange => ({
  ...{ id: path, atUs: 1, op: 'replace', path, from: null, author: 'alice', span: 's1' },
  ...{ bytes: 7, conflicts: [], ...more }
})
const history = (...changes: ToldChange[]) => ({ keys: [{ key: 'k', changes: [...changes] }] })
const content = (value: ShownContent['value'], more: Partial<ShownContent> = {}): ShownContent => ({
  ...{ span: 's1', task: null, by: 'alice', name: null, of: 'state', atUs: 1, state: 'shown' },
  ...{ value, why: null, untrusted: true, ...more }
})

test('only spans whose values are missing are asked for', () => {
  const told = change('/a', { value: 1, span: 's2' })
  const removed = change('/a', { op: 'remove', span: 's3' })
  expect(hiddenSpans(history(told, removed, change('/b'), change('/c')))).toEqual(['s1'])
})

test('values are filled in, one operation after the other, with what stood there before', () => {
  const operations = [
    { op: 'replace', path: '/a', value: 1, before: 0 },
    { op: 'replace', path: '/a', value: 2, before: 0 }
  ]
  const { keys, reasons } = filled(history(change('/a'), change('/a')), [content(operations)])
  expect(keys[0]?.changes.map(({ value, before }) => [value, before])).toEqual([
    [1, 0],
    [2, 0]
  ])
  expect(reasons).toEqual([])
})

test('nobody but who changed it tells its values, and nonsense tells none', () => {
  const operations = [{ op: 'replace', path: '/a', value: 'forged' }]
  const contents = [
    content(operations, { by: 'mallory' }),
    content([null, 7, 'x', []]),
    content('no list')
  ]
  const { keys } = filled(history(change('/a')), contents)
  expect(keys[0]?.changes[0]).not.toHaveProperty('value')
})

test('why values are not shown is said once', () => {
  const away = { state: 'away', why: { code: 'PEER_LOST', message: 'gone' } } as const
  const contents = [content(null, away), content(null, { ...away, span: 's2' })]
  expect(filled(history(change('/a')), contents).reasons).toEqual([
    'Their producer cannot be asked now: gone.'
  ])
})
