import { expect, test } from 'vitest'
import { describeAgent } from '../../src/node/own-card.ts'
import { createAgent } from '../../src/index.ts'
import type { SkillOffer } from '../../src/tasks/work.ts'

const offer = (change: Partial<SkillOffer> = {}): SkillOffer => ({
  ...{ name: 'shout', description: 'Say it louder.', input: {}, output: {}, tags: [], models: [] },
  ...change
})
const describe = (offers: readonly SkillOffer[], addresses: readonly string[] = []) =>
  describeAgent('alice', addresses, {
    ...{ isolation: 'os', offers: () => offers },
    load: () => ({ running: 0, queued: 0, capacity: 1 })
  })

test.for([
  [
    '65 skills',
    '65 skills; an agent may offer at most 64',
    () => {
      return Array.from({ length: 65 }, () => offer())
    }
  ],
  [
    '17 tags',
    'shout: 17 tags; a skill may have at most 16',
    () => {
      return [offer({ tags: Array.from({ length: 17 }, (_, n) => `tag-${n}`) })]
    }
  ],
  [
    'a large schema',
    'the JSON Schema of its input has 16403 characters; it may have at most 16384',
    () => {
      return [offer({ input: { description: 'x'.repeat(16_385) } })]
    }
  ]
] as const)('%s are named with their limit, before any peer refuses them', ([, says, make]) => {
  expect(() => describe(make())).toThrow(
    expect.objectContaining({
      code: 'SKILL_INVALID',
      message: expect.stringContaining(says) as string
    })
  )
})

test('of many addresses, the card has as many as a card may have', () => {
  const many = Array.from({ length: 20 }, (_, n) => `/ip4/10.0.0.${n}/tcp/1/p2p/12D3KooWabc`)
  const { addresses } = describe([], many)
  expect(addresses).toHaveLength(16)
  expect(addresses[0]).toBe('/ip4/10.0.0.0/tcp/1')
})

test('an agent that listens on many addresses is met all the same', async () => {
  const listen = Array.from({ length: 17 }, (_, n) => `/ip4/127.0.0.${n + 1}/tcp/0`)
  await using alice = await createAgent({ preset: 'loopback', listen })
  await using bob = await createAgent({ preset: 'loopback' })
  expect(await bob.connect(alice.addresses[0] ?? '')).toMatchObject({ id: alice.id })
})
