import { expect, test } from 'vitest'
import { believable, parseAddress, scopeOf } from '../../src/node/addresses.ts'

const LOOP = '/ip4/127.0.0.1/tcp/4001'
const HOME = '/ip4/192.168.1.20/tcp/4001'
const WIDE = '/ip4/93.184.216.34/tcp/4001'
const ID = '12D3KooWLpg4vCNLd1NYCfMSGYKqGxK1iXVCTk2yTnSMtJgEAjAV'

test.each([
  [LOOP, 'loopback'],
  ['/ip6/::1/tcp/1', 'loopback'],
  ['/ip4/10.1.2.3/tcp/1', 'private'],
  ['/ip4/172.16.0.1/tcp/1', 'private'],
  ['/ip4/172.32.0.1/tcp/1', 'public'],
  ['/ip4/100.64.0.1/tcp/1', 'private'],
  ['/ip6/fd00::1/tcp/1', 'private'],
  ['/ip6/2606:2800::1/tcp/1', 'public'],
  ['/dns4/example.org/tcp/443', 'public'],
  ['/ip4/169.254.169.254/tcp/80', 'refused'],
  ['/ip4/0.0.0.0/tcp/1', 'refused'],
  ['/ip4/224.0.0.251/tcp/1', 'refused'],
  ['/ip6/fe80::1/tcp/1', 'refused'],
  ['/ip6/::ffff:127.0.0.1/tcp/1', 'refused'],
  ['/ip4/0x7f.1/tcp/1', 'refused'],
  ['/unix/tmp/socket', 'refused'],
  ['/ip4/1.2.3.4/udp/1/quic-v1', 'refused'],
  ['', 'refused']
])('the scope of %s is %s', (address, scope) => {
  expect(scopeOf(address)).toBe(scope)
})

test('hearsay may be at most as local as the link it came over', () => {
  const all = [LOOP, HOME, WIDE]
  expect(believable(all, '/ip4/127.0.0.1/tcp/9')).toEqual(all)
  expect(believable(all, '/ip4/10.0.0.1/tcp/9')).toEqual([HOME, WIDE])
  expect(believable(all, WIDE)).toEqual([WIDE])
  expect(believable(all, '/ip4/169.254.1.1/tcp/9')).toEqual([])
})

test('a peer cannot make us dial more than a few addresses', () => {
  const many = Array.from({ length: 50 }, (_, at) => `/ip4/10.0.0.${at + 1}/tcp/1`)
  expect(believable(many, HOME)).toHaveLength(8)
})

test('an operator may leave the peer id out, and nothing else', () => {
  expect(parseAddress(`${HOME}/p2p/${ID}`)).toEqual({ address: HOME, id: ID })
  expect(parseAddress(HOME)).toEqual({ address: HOME, id: undefined })
  for (const bad of ['', 'localhost:4001', `${HOME}/p2p/nobody`, `${HOME}/ws`, `${HOME} `]) {
    expect(() => parseAddress(bad)).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }))
  }
})
