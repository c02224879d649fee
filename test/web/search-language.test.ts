import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distance, FIELDS, nearestField } from '../../web/src/search/fields.ts'
import { parseSearch, VALUE_MAX, without } from '../../web/src/search/parse.ts'
import { piecesOf, quote } from '../../web/src/search/pieces.ts'
import { suggestionsFor, take, typingAt } from '../../web/src/search/suggest.ts'

const faultOf = (text: string) => {
  const [fault, ...others] = parseSearch(text).faults
  expect(others).toEqual([])
  return fault
}

describe('what a search asks for', () => {
  test('every field has its parameter of the API', () => {
    const text =
      'agent:x status:error cost>0.5 cost<$2 skill:y model:z tool:t took>2s took<1.5min ' +
      'error:CODE since:24h until:15m conversation:c "free text" more'
    expect(parseSearch(text)).toMatchObject({
      faults: [],
      parameters: {
        ...{
          agent: 'x',
          status: 'error',
          costAbove: '0.5',
          costBelow: '2',
          skill: 'y',
          model: 'z'
        },
        ...{ tool: 't', longerThanMs: '2000', shorterThanMs: '90000', error: 'CODE' },
        ...{ from: '24h', to: '15m', conversation: 'c', text: 'free text more' }
      }
    })
  })

  test('nothing asks for nothing', () => {
    expect(parseSearch('  \t ')).toEqual({ conditions: [], faults: [], parameters: {} })
  })

  test('values in quotes keep spaces, colons and quotes', () => {
    const { parameters } = parseSearch(String.raw`agent:"my \"own\" planner: 2" "a:b"`)
    expect(parameters).toEqual({ agent: 'my "own" planner: 2', text: 'a:b' })
  })

  test.each([
    ['took>350ms', '350'],
    ['took>0.1ms', '0.1'],
    ['took>2m', '120000'],
    ['took>1h', '3600000']
  ])('%s is %s ms', (text, ms) => {
    expect(parseSearch(text).parameters['longerThanMs']).toBe(ms)
  })

  test('a date is one of the reader’s own clock', () => {
    const ms = (text: string) => Number(parseSearch(text).parameters['from'])
    expect(ms('since:2026-11-21')).toBe(new Date(2026, 10, 21).getTime())
    expect(ms('since:2026-11-21T10:30')).toBe(new Date(2026, 10, 21, 10, 30).getTime())
  })

  test('people say failed and running', () => {
    expect(parseSearch('status:failed').parameters).toEqual({ status: 'error' })
    expect(parseSearch('STATUS:Running').parameters).toEqual({ status: 'open' })
  })
})

describe('what is not understood', () => {
  test.each([
    ['status:ok agnt:planner', 10, 22, 'Was it agent?', 'status:ok agent:planner'],
    ['price>2', 0, 7, 'Was it cost?', 'cost>2'],
    ['session:c-1', 0, 11, 'Was it conversation?', 'conversation:c-1'],
    ['http://x', 0, 8, 'put it in quotes', '"http://x"'],
    ['cost:0.5', 0, 8, 'cost takes > or <, as in cost>0.5', 'cost>0.5'],
    ['took<=2s', 0, 8, 'took takes > or <, as in took>2s', 'took<2s'],
    ['agent=x', 0, 7, 'agent takes :, as in agent:planner', 'agent:x'],
    ['took<5', 0, 6, 'Say a unit', 'took<5s'],
    ['agent:a agent:b', 8, 15, 'takes agent: once', 'agent:a'],
    ['a "b c', 2, 6, 'The quote is not closed.', 'a "b c"'],
    ['x !!! y', 2, 5, 'no word', 'x y']
  ])('%s', (text, ...told) => {
    const [start, end, words, instead] = told
    expect(faultOf(text)).toMatchObject({ start, end, words: expect.stringContaining(words) })
    expect(parseSearch(text).instead).toBe(instead)
    expect(parseSearch(instead).faults).toEqual([])
  })

  test.each([
    ['status:broken', 'no status “broken”'],
    ['status:constructor', 'no status “constructor”'],
    ['cost>much', 'no sum of US dollars'],
    ['took>long', 'no duration'],
    ['since:yesterday', 'no time'],
    ['since:2026-99-99', 'no time'],
    ['agent:', 'a value is missing'],
    ['agent:""', 'a value is missing'],
    [`agent:${'x'.repeat(VALUE_MAX + 1)}`, 'longer than 256']
  ])('%s is told in words', (text, words) => {
    expect(faultOf(text)).toMatchObject({ start: 0, end: text.length })
    expect(faultOf(text)?.words).toContain(words)
  })

  test('what was meant mends all faults at once, or none', () => {
    expect(parseSearch('staus:error agent:a  cost:4').instead).toBe('status:error agent:a cost>4')
    expect(parseSearch('staus:error since:never').instead).toBeUndefined()
  })

  test('free words are bounded together', () => {
    expect(faultOf('word '.repeat(80))?.words).toContain('longer than 256')
  })

  test('whatever is typed, all of it is either asked for or pointed out', () => {
    const typed = fc.string({
      unit: fc.constantFrom(
        'agent',
        'cost',
        ':',
        '>',
        '<=',
        '1',
        ' ',
        '"',
        '\\',
        '\u202E',
        '\u{1F600}'
      )
    })
    fc.assert(
      fc.property(fc.oneof(typed, fc.string()), (text) => {
        const { conditions, faults } = parseSearch(text)
        const told = [...conditions.flatMap(({ pieces }) => pieces), ...faults]
        for (const { start, end } of piecesOf(text)) {
          expect(told.some((one) => one.start <= start && one.end >= end)).toBe(true)
        }
      })
    )
  })
})

test('a condition is dropped whole, and what stands in quotes is left alone', () => {
  const text = 'agent:"a  b"  some status:ok words'
  const [agent, , status] = parseSearch(text).conditions.toSorted(
    (a, b) => (a.pieces[0]?.start ?? 0) - (b.pieces[0]?.start ?? 0)
  )
  expect(status && without(text, status)).toBe('agent:"a  b"  some words')
  expect(agent && without(text, agent)).toBe('some status:ok words')
  const words = parseSearch(text).conditions.find(({ parameter }) => parameter === 'text')
  expect(words && without(text, words)).toBe('agent:"a  b" status:ok')
})

test('a quoted value is read as it was', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 50 }), (value) => {
      const [piece] = piecesOf(`agent:${quote(value)}`)
      expect(piece).toMatchObject({ field: 'agent', value, open: false })
    })
  )
})

describe('the nearest field', () => {
  test.each([
    ['agnet', 'agent'],
    ['modle', 'model'],
    ['stauts', 'status'],
    ['tol', 'tool'],
    ['conversations', 'conversation'],
    ['duration', 'took'],
    ['from', 'since']
  ])('%s is %s', (word, name) => {
    expect(nearestField(word)?.name).toBe(name)
  })
  test.each(['zebra', 'x', 'x'.repeat(100_000)])('is none for what is far from all', (word) => {
    expect(nearestField(word)).toBeUndefined()
  })
  test('letters are counted', () => {
    expect([distance('abc', 'abc'), distance('abc', 'acb'), distance('abc', 'ab')]).toEqual([
      0, 1, 1
    ])
  })
})

describe('suggestions', () => {
  const texts = (text: string, values?: readonly string[]) =>
    suggestionsFor(typingAt(text, text.length), values).map((one) => one.text)

  test('an empty search suggests every field', () => {
    expect(texts('')).toHaveLength(FIELDS.length)
    expect(texts('status:ok ')).toHaveLength(FIELDS.length)
  })
  test('letters narrow them, and wrong letters find the nearest', () => {
    expect(texts('co')).toEqual(['conversation:', 'cost>'])
    expect(texts('modl')).toEqual(['model:'])
    expect(texts('zebra')).toEqual([])
  })
  test('behind a field come its values, in quotes where they need them', () => {
    expect(texts('status:')).toEqual([
      'status:error',
      'status:ok',
      'status:open',
      'status:canceled'
    ])
    expect(texts('agent:p', ['planner', 'p two', 'other'])).toEqual([
      'agent:planner',
      'agent:"p two"'
    ])
    expect(texts('agent:"p t', ['p two'])).toEqual(['agent:"p two"'])
    expect(texts('cost<')[0]).toBe('cost<0.01')
    expect(texts('cost:')[0]).toBe('cost>0.01')
  })
  test('what is taken stands in the place of what was typed', () => {
    const text = 'status:ok ag tool:x'
    const typing = typingAt(text, 12)
    const [field] = suggestionsFor(typing)
    expect(field && take(text, typing, field)).toEqual({
      text: 'status:ok agent: tool:x',
      caret: 16
    })
    const value = { text: 'agent:a', about: '', isField: false }
    expect(take('agent:', typingAt('agent:', 6), value)).toEqual({ text: 'agent:a ', caret: 8 })
  })
})
