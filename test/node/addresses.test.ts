import { expect, test } from 'vitest'
import { believable, onOurLinks, parseAddress, scopeOf } from '../../src/node/addresses.ts'

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
  ['/ip6/0:0:0:0:0:0:0:1/tcp/1', 'loopback'],
  ['/ip6/0:0:0:0:0:ffff:7f00:1/tcp/1', 'refused'],
  ['/ip6/0:0:0:0:0:ffff:a9fe:a9fe/tcp/80', 'refused'],
  ['/ip6/64:ff9b::7f00:1/tcp/1', 'refused'],
  ['/ip6/2002:7f00:1::/tcp/1', 'refused'],
  ['/ip6/fec0::1/tcp/1', 'refused'],
  ['/ip6/fd00::1%eth0/tcp/1', 'refused'],
  ['/ip6/127.0.0.1/tcp/1', 'refused'],
  ['/ip4/240.0.0.1/tcp/1', 'refused'],
  ['/dns4/example.org/tcp/443', 'name'],
  ['/dns4/localhost/tcp/22', 'name'],
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
  expect(believable(many, HOME)).toHaveLength(4)
})

test('nobody makes us dial a name: who owns it says what it leads to', () => {
  const names = ['/dns4/localhost/tcp/22', '/dns4/metadata.google.internal/tcp/80', '/dns/a/tcp/1']
  for (const link of [LOOP, HOME, WIDE]) expect(believable(names, link)).toEqual([])
  expect(onOurLinks(names, INTERFACES)).toEqual([])
  // A peer that the operator reached by name may tell of public addresses only.
  expect(believable([LOOP, HOME, WIDE], '/dns4/example.org/tcp/1')).toEqual([WIDE])
})

const of = (address: string, cidr: string) => ({
  ...{ address, cidr, netmask: '', mac: '', internal: false },
  ...(address.includes(':') ? { family: 'IPv6' as const, scopeid: 0 } : { family: 'IPv4' as const })
})
const INTERFACES = {
  lo: [of('127.0.0.1', '127.0.0.1/8'), of('::1', '::1/128')],
  eth0: [of('192.168.1.7', '192.168.1.7/24'), of('fd12::7', 'fd12::7/64')]
}

test('an announcement leads to our own links only, and to this machine only from it', () => {
  const own = '/ip4/192.168.1.7/tcp/4001'
  const six = '/ip6/fd12::20/tcp/4001'
  const far = [
    '/ip4/192.168.2.20/tcp/1',
    '/ip4/10.0.0.1/tcp/1',
    WIDE,
    '/ip4/169.254.169.254/tcp/80'
  ]
  expect(onOurLinks(far, INTERFACES)).toEqual([])
  expect(onOurLinks([LOOP, HOME, six, ...far], INTERFACES)).toEqual([HOME, six])
  expect(onOurLinks([LOOP, own, ...far], INTERFACES)).toEqual([LOOP, own])
  expect(onOurLinks([LOOP], INTERFACES)).toEqual([LOOP])
  const many = Array.from({ length: 50 }, (_, at) => `/ip4/192.168.1.${at + 20}/tcp/1`)
  expect(onOurLinks(many, INTERFACES)).toHaveLength(4)
})

test('an operator may leave the peer id out, and nothing else', () => {
  expect(parseAddress(`${HOME}/p2p/${ID}`)).toEqual({ address: HOME, id: ID })
  expect(parseAddress(HOME)).toEqual({ address: HOME, id: undefined })
  for (const bad of ['', 'localhost:4001', `${HOME}/p2p/nobody`, `${HOME}/ws`, `${HOME} `]) {
    expect(() => parseAddress(bad)).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }))
  }
})
