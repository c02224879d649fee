import type { NetworkInterfaceInfo } from 'node:os'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkInterfaces, multicastFlag, outlets } from '../../../src/node/diagnosis/interfaces.ts'

const address = (text: string, internal = false): NetworkInterfaceInfo => ({
  ...({ netmask: '', mac: '', cidr: null, internal, address: text } as const),
  ...(text.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' })
})
const LO = { lo: [address('127.0.0.1', true)] }
const EVERYWHERE = ['/ip4/0.0.0.0/tcp/0']

test('outlets are interfaces with an IPv4 address that others could see, one address each', () => {
  const eth0 = [address('10.0.0.1'), address('10.0.0.2'), address('fe80::1')]
  expect(outlets({ ...LO, eth0, six: [address('2001:db8::1')] })).toEqual([
    { name: 'eth0', address: '10.0.0.1' }
  ])
})

test('a machine without a network fails, unless only itself is meant', () => {
  expect(checkInterfaces(LO, EVERYWHERE).level).toBe('fail')
  expect(checkInterfaces({ ...LO, eth0: [address('fe80::1')] }, EVERYWHERE).level).toBe('fail')
  expect(checkInterfaces(LO, ['/ip4/127.0.0.1/tcp/0']).level).toBe('pass')
})

test('what is there is told', () => {
  const found = checkInterfaces({ ...LO, eth0: [address('10.0.0.1')] }, EVERYWHERE)
  expect(found).toMatchObject({ level: 'pass', why: 'eth0 10.0.0.1' })
  const six = { ...LO, eth0: [address('2001:db8::1')] }
  expect(checkInterfaces(six, EVERYWHERE)).toMatchObject({ level: 'pass', why: 'IPv6 only' })
})

test.skipIf(!existsSync('/sys/class/net/lo/flags'))('the flag is read from the system', () => {
  expect(multicastFlag('lo')).toBe(false)
  expect(multicastFlag('no-such-interface')).toBeUndefined()
})
