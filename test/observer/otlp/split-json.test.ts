import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitJson } from '../../../src/observer/otlp/split-json.ts'
import type { SplitJson } from '../../../src/observer/otlp/split-json.ts'

function split(text: string): SplitJson {
  const steps = splitJson(text)
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
  }
}

type Frame = { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] }

/** The same put together again. */
function whole(text: string): unknown {
  const { frame, spans } = split(text)
  const put = JSON.parse(frame) as Frame
  for (const group of put.resourceSpans) {
    for (const scope of group.scopeSpans) {
      scope.spans = scope.spans.map((at) => JSON.parse(spans[Number(at)] ?? '') as unknown)
    }
  }
  return put
}

const request = (spans: readonly unknown[], resource: unknown = {}) => ({
  resourceSpans: [{ scopeSpans: [{ spans, scope: { name: 'a' } }], resource }]
})

test('each span is a text of its own, and the frame is the rest', () => {
  const text = JSON.stringify(
    request([{ name: 'a}]' }, { attributes: [{ key: '\\"{[' }] }]),
    null,
    2
  )
  const { frame, spans } = split(text)
  expect(spans.map((span) => JSON.parse(span) as unknown)).toEqual([
    { name: 'a}]' },
    { attributes: [{ key: '\\"{[' }] }
  ])
  expect(JSON.parse(frame)).toEqual(request([0, 1]))
})

test('whatever stands in a request, nothing of it is lost or moved', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', 'a', ',', 'ü') })
  const json = fc.jsonValue({ maxDepth: 8 })
  const span = fc.record({ name: text, attributes: json })
  fc.assert(
    fc.property(fc.array(span, { maxLength: 5 }), json, fc.nat(4), (spans, resource, indent) => {
      const all = request(spans, { attributes: resource })
      expect(whole(JSON.stringify(all, null, indent))).toEqual(JSON.parse(JSON.stringify(all)))
    })
  )
})

test('what is no JSON stays none', () => {
  const good = JSON.stringify(request([{ name: 'a' }, { name: 'b' }]))
  for (let cut = 0; cut < good.length; cut++) expect(() => whole(good.slice(0, cut))).toThrow()
  for (const bad of [`${good}}`, `${good}{}`, `]${good}`, good.replace('"b"', '"b'), '}{', '"']) {
    expect(() => whole(bad)).toThrow()
  }
})

test('others may go first while a large request is looked through', () => {
  const steps = splitJson(`[${'1,'.repeat(1_000_000)}1]`)
  let pauses = 0
  while (steps.next().done !== true) pauses++
  expect(pauses).toBe(3)
})
