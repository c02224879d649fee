import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeSpan, sourceKey } from '../../src/observer/merge.ts'
import type { SpanPart } from '../../src/observer/model.ts'
import { needsLook, NO_OUTLINE, widened } from '../../src/observer/outline.ts'
import type { Outline } from '../../src/observer/outline.ts'
import { anySpan } from './any-parts.ts'

const NOW = 1_795_176_000_000_000

test('step by step, looking only where it says so, gives what looking at all spans gives', () => {
  const asked = fc.property(fc.array(anySpan(NOW), { maxLength: 12 }), (parts) => {
    const spans = new Map<string, SpanPart>()
    const whole = (): Outline => [...spans.values()].reduce(widened, NO_OUTLINE)
    let outline: Outline = NO_OUTLINE
    for (const part of parts) {
      const key = `${part.span} ${sourceKey(part.source)}`
      const before = spans.get(key)
      const one = { ...part, trace: 'a'.repeat(32) }
      const now = before === undefined ? one : mergeSpan(before, one)
      spans.set(key, now)
      outline = needsLook(outline, before, now) ? whole() : widened(outline, now)
      const { start, finish, lead } = whole()
      expect({ start, finish, lead }).toEqual({
        ...{ start: outline.start, finish: outline.finish, lead: outline.lead }
      })
    }
  })
  fc.assert(asked, { numRuns: 300 })
})
