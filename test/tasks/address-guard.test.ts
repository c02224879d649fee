import type { LookupAddress } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { compileHosts, guardedLookup, isPrivateAddress } from '../../src/tasks/address-guard.ts'

describe('a private address', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fd00::1',
    'ff02::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'not an address'
  ])('is %s', (address) => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  it.each(['8.8.8.8', '172.32.0.1', '93.184.215.14', '2606:4700::1111'])('is not %s', (address) => {
    expect(isPrivateAddress(address)).toBe(false)
  })
})

const allows = (declared: string[], url: string): boolean =>
  compileHosts(declared)(new URL(url)).allowed

describe('declared hosts', () => {
  it.each([
    ['example.org', 'https://example.org/a', true],
    ['example.org', 'http://example.org./', true],
    ['EXAMPLE.org', 'http://example.ORG/', true],
    ['example.org', 'https://example.org:8443/', false],
    ['example.org:8443', 'https://example.org:8443/', true],
    ['example.org:*', 'https://example.org:99/', true],
    ['example.org', 'https://www.example.org/', false],
    ['*.example.org', 'https://www.example.org/', true],
    ['*.example.org', 'https://a.b.example.org/', true],
    ['*.example.org', 'https://example.org/', false],
    ['*.example.org', 'https://badexample.org/', false],
    ['*', 'https://anything.test:99/', true],
    ['*', 'http://8.8.8.8/', true],
    ['*', 'http://10.0.0.1/', false],
    ['*', 'http://2130706433/', false],
    ['*', 'http://[::1]/', false],
    ['10.0.0.1', 'http://10.0.0.1/', true],
    ['[::1]:8080', 'http://[::1]:8080/', true],
    ['bücher.example', 'http://xn--bcher-kva.example/', true],
    ['*', 'ftp://example.org/', false],
    ['*', 'http://user:pass@example.org/', false]
  ])('%s and %s: %s', (declared, url, allowed) => {
    expect(allows([declared], url)).toBe(allowed)
  })

  it('declares nothing when it is empty', () => {
    expect(allows([], 'https://example.org/')).toBe(false)
  })

  it('lets only a host that is written out resolve to a private address', () => {
    const policy = compileHosts(['*', 'intra.test'])
    expect(policy(new URL('http://intra.test/'))).toEqual({ allowed: true, privately: true })
    expect(policy(new URL('http://other.test/'))).toEqual({ allowed: true, privately: false })
  })

  it.each(['http://example.org', 'a b', '', 'example.org/path', '*.*', 'a*b.org', 'x:y'])(
    'refuses %s as a declaration',
    (declared) => {
      expect(() => compileHosts([declared])).toThrow(
        expect.objectContaining({ code: 'SKILL_INVALID' })
      )
    }
  )
})

describe('a guarded lookup', () => {
  const look = (
    found: LookupAddress[],
    options: { privately?: boolean; all?: boolean } = {}
  ): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const lookup = guardedLookup(options.privately ?? false, (_host, _options, done) =>
        done(null, found)
      )
      lookup('name.test', { all: options.all ?? false }, (error, address, family) => {
        if (error === null) resolve(options.all === true ? address : [address, family])
        else reject(error)
      })
    })
  const good = { address: '8.8.8.8', family: 4 }
  const bad = { address: '10.0.0.1', family: 4 }

  it('passes public answers on', async () => {
    expect(await look([good])).toEqual(['8.8.8.8', 4])
    expect(await look([good, good], { all: true })).toEqual([good, good])
  })

  it('refuses a name when any of its addresses is private', async () => {
    await expect(look([good, bad], { all: true })).rejects.toMatchObject({
      code: 'HOST_DENIED',
      facts: { host: 'name.test', address: '10.0.0.1' }
    })
  })

  it('lets private answers through for a host that is written out', async () => {
    expect(await look([bad], { privately: true })).toEqual(['10.0.0.1', 4])
  })
})
