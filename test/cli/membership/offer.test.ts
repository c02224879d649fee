import { expect, test } from 'vitest'
import { readOffer } from '../../../src/cli/membership/offer.ts'
import { INFO } from '../../node/control-double.ts'

const none = { role: [], uses: undefined, expires: undefined, address: [] }

test('what is not said is left to the agent', () => {
  expect(readOffer(none)).toEqual({})
})

test('roles come in lists or one by one, and have one order', () => {
  const { roles } = readOffer({ ...none, role: ['observe, submit', 'execute'] })
  expect(roles).toEqual(['submit', 'execute', 'observe'])
})

test('uses, end and addresses are read', () => {
  const address = [...INFO.addresses]
  expect(readOffer({ ...none, uses: '20', expires: '7d', address })).toEqual({
    ...{ uses: 20, expires: 604_800_000, addresses: address }
  })
})

test.each([
  [{ role: ['exceute'] }, /roles are .*not "exceute".*execute/],
  [{ role: [''] }, /roles are/],
  [{ uses: '0' }, /--uses is a whole number from 1 to 1000/],
  [{ uses: 'many' }, /--uses/],
  [{ expires: '31d' }, /--expires: "31d" is over 720 h/],
  [{ address: ['/ip4/10.0.0.1/tcp/4001'] }, /end .* with \/p2p\/<id>/]
])('%j is refused, and why', (wrong, why) => {
  expect(() => readOffer({ ...none, ...wrong })).toThrow(why)
})
