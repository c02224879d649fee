import { expect, test } from 'vitest'
import { Cut } from '../../../src/observer/otlp/cut.ts'
import {
  ATTRIBUTES_MAX,
  EVENTS_MAX,
  LINKS_MAX,
  TEXT_LENGTH_MAX
} from '../../../src/observer/otlp/span.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'

test('what is within the limits stays, what is beyond is counted', () => {
  const cut = new Cut()
  const attributes: JsonObject = {}
  for (let at = 0; at < ATTRIBUTES_MAX + 3; at++) cut.put(attributes, `key${at}`, at)
  expect(Object.keys(attributes)).toHaveLength(ATTRIBUTES_MAX)
  expect(cut.count).toBe(3)
  expect([cut.event(EVENTS_MAX - 1), cut.event(EVENTS_MAX)]).toEqual([true, false])
  expect([cut.link(LINKS_MAX - 1), cut.link(LINKS_MAX)]).toEqual([true, false])
  expect(cut.count).toBe(5)
})

test('a long text is cut where one sees it', () => {
  const cut = new Cut()
  expect(cut.text('short')).toBe('short')
  expect(cut.text('x'.repeat(TEXT_LENGTH_MAX + 1))).toMatch(/x…$/)
  expect(cut.count).toBe(1)
})
