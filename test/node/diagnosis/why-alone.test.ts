import { expect, test } from 'vitest'
import { fail, pass, warn } from '../../../src/node/diagnosis/finding.ts'
import { checkPeers, reasonsAlone, whyAlone } from '../../../src/node/diagnosis/why-alone.ts'

const search = { network: 'lab', mdns: true, bootstrap: 0, unreached: [], heard: 0 }

test('with peers there is nothing to explain', () => {
  expect(checkPeers(2, [fail('CLOCK', 'off')], search)).toMatchObject({ level: 'pass', why: '2' })
})

test('what keeps peers away is told, the likeliest cause first, with its hint', () => {
  const findings = [
    fail('MULTICAST', 'no multicast on eth0'),
    warn('ADMISSION', 'nobody'),
    pass('VERSION', 'fine'),
    fail('CLOCK', 'off by 3 min')
  ]
  expect(reasonsAlone(findings, search).map(({ code }) => code)).toEqual(['CLOCK', 'MULTICAST'])
  expect(checkPeers(0, findings, search)).toMatchObject({
    level: 'warn',
    why: 'none, because the clock: off by 3 min; multicast for mDNS: no multicast on eth0',
    hint: expect.stringContaining('timedatectl') as unknown,
    facts: { because: 'CLOCK' }
  })
})

test('what one finding has told another does not tell again', () => {
  const said = 'bob was put out by alice'
  const refused = fail('MEMBERSHIP', `refused by one peer: ${said}`, { facts: { said } })
  const same = fail('BOOTSTRAP', `/ip4/10.0.0.1/tcp/1 is down: ${said}`)
  const other = fail('RELAY', '/ip4/10.0.0.2/tcp/1 is down: the port is closed')
  const codes = reasonsAlone([refused, same, other], search).map(({ code }) => code)
  expect(codes).toEqual(['MEMBERSHIP', 'RELAY'])
})

test('where nothing is wrong, it says where was looked', () => {
  expect(whyAlone([], search)).toBe(
    'nobody of network "lab" answers on this LAN (mDNS) and no --bootstrap address was given'
  )
  expect(whyAlone([], { ...search, mdns: false, bootstrap: 1 })).toBe(
    'mDNS is off and the bootstrap peers are being dialled'
  )
  expect(whyAlone([], { ...search, heard: 3 })).toMatch(/agents were heard on this LAN/)
})

test('addresses that were found and not reached are told with why', () => {
  const unreached = [{ address: '/ip4/10.0.0.9/tcp/1', why: 'the port is closed' }]
  expect(whyAlone([], { ...search, unreached })).toBe('/ip4/10.0.0.9/tcp/1: the port is closed')
})
