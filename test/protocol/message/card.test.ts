import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode, encode } from '../../../src/protocol/canonical.ts'
import { CARD_BYTES_MAX } from '../../../src/protocol/constants.ts'
import { HINTS_MAX, readCard, readCardExchange } from '../../../src/protocol/message/card.ts'
import { alice, agentId, bytesOf, cardBody, codeOf, count, label } from '../samples.ts'
import { quantity, skillName, time } from '../samples.ts'

const address = fc.stringMatching(/^\/ip4\/[0-9.]{1,15}\/tcp\/[0-9]{1,5}$/)
const addresses = fc.array(address, { maxLength: 16 })
const labels = fc.array(label, { maxLength: 16 })
const offer = fc.record({
  name: skillName,
  description: label,
  input: fc.json(),
  output: fc.json(),
  tags: labels,
  models: labels,
  price: fc.option(fc.record({ perThousandTokens: quantity, perTask: quantity }), {
    nil: undefined
  })
})
const card = fc.record({
  v: fc.constant(1),
  network: fc.constant('home'),
  from: agentId,
  issued: time,
  expires: time,
  seq: count,
  name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/),
  version: label,
  addresses,
  skills: fc.array(offer, { maxLength: 8 }),
  isolation: fc.constantFrom('process', 'os'),
  load: fc.record({ running: count, queued: count, capacity: count })
})
const exchange = fc.record({
  card: fc.integer({ min: 0, max: 2_000 }).chain(bytesOf),
  peers: fc.array(fc.record({ id: agentId, addresses }), { maxLength: 4 })
})

test('any valid card comes back as it went', () => {
  fc.assert(
    fc.property(card, (body) => {
      expect(readCard(decode(encode(body)))).toEqual(body)
    })
  )
})

test('any valid exchange comes back as it went', () => {
  fc.assert(
    fc.property(exchange, (body) => {
      expect(readCardExchange(decode(encode(body)))).toEqual(body)
    })
  )
})

test.each(['Zoë', '阿丽丝', 'A1 b.c_d-e', '7'])('%s is a name', (name) => {
  expect(readCard(cardBody({ name })).name).toBe(name)
})

test.each(['', ' a', 'a\u001b[2J', 'a\u202eb', 'a\nb', '-x', '<b>', 'x'.repeat(64)])(
  '%j is no name',
  (name) => {
    expect(codeOf(() => readCard(cardBody({ name })))).toBe('MALFORMED')
  }
)

test.each(['', 'ip4/1.2.3.4', '/ip4/1.2.3.4 ', '/\u001b[2J', '/é', `/${'x'.repeat(256)}`])(
  '%j is no address, neither in a card nor in a hint',
  (text) => {
    expect(codeOf(() => readCard(cardBody({ addresses: [text] })))).toBe('MALFORMED')
    const peers = [{ id: alice.id, addresses: [text] }]
    expect(codeOf(() => readCardExchange({ card: new Uint8Array(1), peers }))).toBe('MALFORMED')
  }
)

test('skills, addresses, hints and the card itself are bounded', () => {
  const [skill] = cardBody().skills
  if (skill === undefined) throw new Error('the sample has a skill')
  const many = <T>(length: number, value: T): T[] => Array<T>(length).fill(value)
  const hint = { id: alice.id, addresses: [] }
  const exchanged = (bytes: number, hints: number) =>
    codeOf(() => readCardExchange({ card: new Uint8Array(bytes), peers: many(hints, hint) }))
  expect(codeOf(() => readCard(cardBody({ skills: many(64, skill) })))).toBeUndefined()
  expect(codeOf(() => readCard(cardBody({ skills: many(65, skill) })))).toBe('MALFORMED')
  expect(codeOf(() => readCard(cardBody({ addresses: many(17, '/a') })))).toBe('MALFORMED')
  const long = { ...skill, input: ' '.repeat(16 * 1024 + 1) }
  expect(codeOf(() => readCard(cardBody({ skills: [long] })))).toBe('MALFORMED')
  expect(exchanged(CARD_BYTES_MAX, HINTS_MAX)).toBeUndefined()
  expect(exchanged(CARD_BYTES_MAX + 1, 0)).toBe('MALFORMED')
  expect(exchanged(1, HINTS_MAX + 1)).toBe('MALFORMED')
})
