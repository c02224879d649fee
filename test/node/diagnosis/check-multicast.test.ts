import { expect, test } from 'vitest'
import { checkMulticast } from '../../../src/node/diagnosis/check-multicast.ts'

const yes = (): boolean => true
const system = { name: 'system', address: '0.0.0.0' }
const eth0 = { name: 'eth0', address: '10.0.0.1' }
const wg0 = { name: 'wg0', address: '10.9.0.1' }
const works = { error: null, from: '10.0.0.1' }
const deaf = { error: 'what is sent does not come back', from: null }
const facts = { wanted: true, probe: undefined, heard: 0, flag: yes }

test('without mDNS nothing is asked of multicast', () => {
  expect(checkMulticast({ ...facts, wanted: false })).toMatchObject({
    level: 'pass',
    why: like(/off/)
  })
})

test('what works names the interface by which announcements leave', () => {
  const probe = { chosen: { ...system, ...works }, outlets: [{ ...eth0, ...works }] }
  expect(checkMulticast({ ...facts, probe })).toMatchObject({
    level: 'pass',
    why: 'works; announcements leave by eth0 10.0.0.1',
    facts: { interface: 'eth0' }
  })
})

test('when nothing can leave, it fails with the reason', () => {
  const chosen = { ...system, error: 'no route to 224.0.0.251', from: null }
  expect(checkMulticast({ ...facts, probe: { chosen, outlets: [] } })).toMatchObject({
    level: 'fail',
    why: 'no multicast on this machine: no route to 224.0.0.251'
  })
})

test('an interface without it is named: a warning beside one that works, else a failure', () => {
  const chosen = { ...system, ...works }
  const beside = {
    chosen,
    outlets: [
      { ...eth0, ...works },
      { ...wg0, ...deaf }
    ]
  }
  expect(checkMulticast({ ...facts, probe: beside })).toMatchObject({
    level: 'warn',
    why: expect.stringMatching(/^no multicast on wg0 \(10\.9\.0\.1\): /) as unknown
  })
  const alone = { chosen: { ...chosen, from: '10.9.0.1' }, outlets: [{ ...wg0, ...deaf }] }
  expect(checkMulticast({ ...facts, probe: alone }).level).toBe('fail')
})

test('an interface that the system says carries none is believed to carry none', () => {
  const probe = { chosen: { ...system, ...works }, outlets: [{ ...eth0, ...works }] }
  const flag = (name: string): boolean => name !== 'eth0'
  expect(checkMulticast({ ...facts, probe, flag })).toMatchObject({
    level: 'fail',
    why: 'no multicast on eth0 (10.0.0.1): the interface does not carry it'
  })
})

/** A bare pattern inside `toMatchObject` would fit any text. */
function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern)
}
