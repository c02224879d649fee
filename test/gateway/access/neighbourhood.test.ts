import { expect, test } from 'vitest'
import { neighbourhood } from '../../../src/gateway/access/neighbourhood.ts'

test('each IPv4 address stands for itself, however it is written', () => {
  expect(neighbourhood('192.0.2.1')).toBe('192.0.2.1')
  expect(neighbourhood('::ffff:192.0.2.1')).toBe('192.0.2.1')
  expect(neighbourhood('::FFFF:192.0.2.1')).toBe('192.0.2.1')
  expect(neighbourhood('')).toBe('')
})

test('all addresses of an IPv6 network are one', () => {
  const same = [
    '2001:db8:1:2::',
    '2001:db8:1:2::9',
    '2001:0DB8:1:2:ffff:1:2:3',
    '2001:db8:1:2::1%en0'
  ]
  for (const address of same) expect(neighbourhood(address)).toBe('2001:db8:1:2::/64')
  expect(neighbourhood('2001:db8:1:3::9')).toBe('2001:db8:1:3::/64')
  expect(neighbourhood('2001:db8::9')).toBe('2001:db8:0:0::/64')
  expect(neighbourhood('::1')).toBe('0:0:0:0::/64')
  expect(neighbourhood('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
  expect(neighbourhood('1::')).toBe('1:0:0:0::/64')
})
