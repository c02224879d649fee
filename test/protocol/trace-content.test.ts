import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isTraceEvent } from '../../src/protocol/trace.ts'
import { CONTENT_BYTES_MAX, openContent, sealContent } from '../../src/protocol/trace-content.ts'
import { ALICE, TASK, TRACE } from '../node/control-double.ts'

const key = new Uint8Array(randomBytes(32))
const place = { trace: TRACE, span: '00000000000000bb', task: TASK, of: 'input' as const }
const sealed = (content: Uint8Array) => sealContent(key, place, content, randomBytes)
const MALFORMED = expect.objectContaining({ code: 'MALFORMED' }) as Error
const one = 12 * 1024 - 28

describe('a content', () => {
  it.each([0, 1, one - 1, one, one + 1, CONTENT_BYTES_MAX])('of %i bytes comes back', (length) => {
    const content = new Uint8Array(randomBytes(length))
    const parts = sealed(content)
    expect(parts).toHaveLength(Math.max(1, Math.ceil(length / one)))
    for (const part of parts) {
      expect(part.data.length).toBeLessThanOrEqual(16 * 1024)
      const { span, task, trace, of } = place
      const event = {
        ...{ type: 'content.part', seq: 0, at: 1, trace, span, task, of, ...part },
        ...{ skill: 'shout', side: 'executor', peer: ALICE }
      }
      expect(isTraceEvent(event)).toBe(true)
      expect(isTraceEvent({ ...event, data: `${part.data}=` })).toBe(false)
    }
    expect(Buffer.from(openContent(key, place, parts.toReversed())).equals(content)).toBe(true)
  })

  it('is refused when it is too large', () => {
    expect(() => sealed(new Uint8Array(CONTENT_BYTES_MAX + 1))).toThrow('a content of')
  })

  it('never looks the same twice', () => {
    const [first, second] = [sealed(Buffer.from('hi')), sealed(Buffer.from('hi'))]
    expect(first[0]?.data).not.toBe(second[0]?.data)
  })

  it('cannot be read with another key, at another place, or in part', () => {
    const parts = sealed(randomBytes(one * 2))
    expect(() => openContent(randomBytes(32), place, parts)).toThrow(MALFORMED)
    for (const other of [
      { of: 'output' as const },
      { span: '00000000000000cc' },
      { task: TRACE }
    ]) {
      expect(() => openContent(key, { ...place, ...other }, parts)).toThrow(MALFORMED)
    }
    expect(() => openContent(key, place, parts.slice(1))).toThrow(MALFORMED)
    expect(() => openContent(key, place, [])).toThrow(MALFORMED)
    const swapped = parts.map((part) => ({ ...part, part: 1 - part.part }))
    expect(() => openContent(key, place, swapped)).toThrow(MALFORMED)
    const shorter = parts.slice(0, 1).map((part) => ({ ...part, parts: 1 }))
    expect(() => openContent(key, place, shorter)).toThrow(MALFORMED)
  })

  it('cannot be changed, not by a bit', () => {
    const [part] = sealed(Buffer.from('{"a":1}'))
    if (part === undefined) throw new Error('one part')
    const bytes = Buffer.from(part.data, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      const data = changed.toString('base64url')
      expect(() => openContent(key, place, [{ ...part, data }])).toThrow(MALFORMED)
    }
    for (const data of ['', 'AAAA']) {
      expect(() => openContent(key, place, [{ ...part, data }])).toThrow(MALFORMED)
    }
  })
})
