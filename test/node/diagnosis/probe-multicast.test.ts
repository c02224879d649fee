import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { probeMulticast } from '../../../src/node/diagnosis/probe-multicast.ts'

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
const LOOPBACK = { name: 'lo', address: '127.0.0.1' }

test('a packet sent on an interface comes back on it', async () => {
  const { outlets } = await probeMulticast([LOOPBACK], random)
  expect(outlets).toEqual([{ ...LOOPBACK, error: null, from: '127.0.0.1' }])
})

test('an interface that is not there is told as such', async () => {
  const gone = { name: 'gone0', address: '203.0.113.7' }
  const { outlets } = await probeMulticast([gone], random)
  expect(outlets[0]).toMatchObject({
    ...gone,
    error: expect.stringMatching(/^no interface or route leads to 224/) as unknown,
    from: null
  })
})

test('what is sent is a proper question for a name that nobody has', async () => {
  const listener = createSocket({ type: 'udp4', reuseAddr: true })
  onTestFinished(() => void listener.close())
  listener.bind(5353)
  await once(listener, 'listening')
  listener.addMembership('224.0.0.251', '127.0.0.1')
  const heard: Buffer[] = []
  listener.on('message', (bytes: Buffer) => heard.push(bytes))
  await probeMulticast([LOOPBACK], () => new Uint8Array(8).fill(7))
  const ours = heard.find((bytes) => bytes.includes('peerwork-probe-0707070707070707'))
  // No answers, one question; and at the end the root label, type PTR, class IN.
  expect(ours?.subarray(2, 8).toString('hex')).toBe('000000010000')
  expect(ours?.subarray(-5).toString('hex')).toBe('00000c0001')
})

test('a machine with hundreds of interfaces is not asked about all of them', async () => {
  const many = Array.from({ length: 100 }, () => LOOPBACK)
  expect((await probeMulticast(many, random)).outlets).toHaveLength(16)
})
