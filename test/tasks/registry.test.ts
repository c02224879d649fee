import { describe, expect, it } from 'vitest'
import { checkLoaded, offerOf, Registry } from '../../src/tasks/registry.ts'
import type { Skill } from '../../src/tasks/registry.ts'

const loaded = {
  name: 'echo',
  description: 'Echo.',
  input: {},
  output: {},
  tags: [],
  models: [],
  hosts: ['example.org'],
  memoryMb: 64,
  concurrency: 1,
  timeoutMs: null,
  price: null
}
const skill = { loaded, offer: offerOf(loaded) } as unknown as Skill

describe('the registry', () => {
  it('finds a skill by its name and offers it without its inner settings', () => {
    const registry = new Registry()
    registry.add(skill)
    expect(registry.get('echo')).toBe(skill)
    expect(Object.keys(registry.offers()[0] ?? {})).not.toContain('hosts')
  })

  it('refuses a second of one name, and does not know names of objects', () => {
    const registry = new Registry()
    registry.add(skill)
    expect(() => registry.add(skill)).toThrow(expect.objectContaining({ code: 'SKILL_DUPLICATE' }))
    expect(() => registry.get('constructor')).toThrow(
      expect.objectContaining({ code: 'SKILL_UNKNOWN' })
    )
  })

  it('takes the word of a runner only when every field is usable', () => {
    expect(checkLoaded(loaded, 'f')).toBe(loaded)
    const lies = {
      name: 'A B',
      description: 5,
      input: null,
      tags: [1],
      memoryMb: 1e9,
      timeoutMs: 0
    }
    for (const [field, value] of Object.entries(lies)) {
      expect(() => checkLoaded({ ...loaded, [field]: value }, 'f')).toThrow(field)
    }
  })

  it.each([
    ['tags', Array.from({ length: 17 }, (_, n) => `tag${n}`), 'tags: 17 entries, at most 16'],
    ['models', Array.from({ length: 17 }, () => 'm'), 'models: 17 entries, at most 16'],
    ['input', { description: 'x'.repeat(17_000) }, 'characters, at most 16384'],
    ['output', { description: 'x'.repeat(17_000) }, 'characters, at most 16384']
  ])('refuses %s that no peer would take in a card', (field, value, words) => {
    const skill = { ...loaded, [field]: value }
    expect(() => checkLoaded(skill, 'f')).toThrow(
      expect.objectContaining({ code: 'SKILL_INVALID', message: expect.stringContaining(words) })
    )
  })
})
