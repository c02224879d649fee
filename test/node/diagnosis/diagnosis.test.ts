import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { Counters } from '../../../src/node/counters.ts'
import { Diagnosis } from '../../../src/node/diagnosis/diagnosis.ts'
import type { Sources } from '../../../src/node/diagnosis/diagnosis.ts'
import { CHECKS } from '../../../src/node/diagnosis/finding.ts'
import type { FindingCode } from '../../../src/node/diagnosis/finding.ts'
import { Observed } from '../../../src/node/diagnosis/observed.ts'
import { INFO, PEER } from '../control-double.ts'

function diagnosis(more: Partial<Sources> = {}) {
  const observed = new Observed(systemClock, new Counters())
  const made = new Diagnosis({
    ...{ clock: systemClock, id: INFO.id, network: 'lab', home: undefined, mdns: false },
    ...{ bootstrap: [], listen: ['/ip4/127.0.0.1/tcp/0'], queueMax: 4, observed },
    ...{ info: () => Promise.resolve(INFO), stopping: () => false, shortLived: false },
    ...{ peers: () => [], links: () => [], unreached: () => [] },
    ...{ ports: () => [{ host: '127.0.0.1', port: 9 }], look: () => Promise.resolve([]) },
    ...more
  })
  const finding = async (code: FindingCode) =>
    (await made.findings()).find((one) => one.code === code)
  return { made, observed, finding }
}

test('every check has exactly one finding, in the order of the table', async () => {
  const { made } = diagnosis()
  const order = Object.keys(CHECKS)
  expect((await made.findings()).map(({ code }) => code)).toEqual(order)
  expect((await made.doctor()).findings.map(({ code }) => code)).toEqual(order)
})

test('the reason of an error is the reason of the status', async () => {
  const { made, observed } = diagnosis()
  observed.clockOf('a', 'alice', systemClock.now() - 180_000)
  const { state, findings } = await made.status()
  const peers = findings.find(({ code }) => code === 'PEERS')
  expect(state).toBe('degraded')
  expect(made.whyAlone()).toMatch(/^the clock: off by 3 min: it is ahead of that of alice/)
  expect(peers?.why).toBe(`none, because ${made.whyAlone()}`)
})

test('only doctor tries ports; what it found is known from then on', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  const ports = () => [{ host: '127.0.0.1', port }]
  const seen = { state: 'closed', from: '/ip4/10.0.0.9' } as const
  const look = () => Promise.resolve([{ peer: 'bob', port, seen }])
  const { made, finding } = diagnosis({ ports, look, peers: () => [PEER] })
  await made.status()
  expect((await finding('LISTENING'))?.level).toBe('pass')
  expect((await finding('REACHABLE'))?.why).toMatch(/^not looked at/)
  expect((await made.doctor()).state).toBe('down')
  expect((await finding('LISTENING'))?.why).toBe(`127.0.0.1:${port} is closed: nobody listens`)
  expect((await finding('REACHABLE'))?.why).toMatch(/^port \d+ is closed.* from the local network/)
})

test('multicast is tried as soon as an agent has been alone for a moment', async () => {
  const { made, finding } = diagnosis({ mdns: true })
  expect((await finding('MULTICAST'))?.why).toBe('not tried yet')
  made.start()
  onTestFinished(() => made.stop())
  await expect
    .poll(async () => (await finding('MULTICAST'))?.why, { timeout: 5_000 })
    .not.toBe('not tried yet')
})

test('a monitor that looks every second makes nobody send anything', async () => {
  const { made, finding } = diagnosis({ mdns: true })
  for (let n = 0; n < 3; n++) expect((await made.glance()).state).toBe('degraded')
  expect((await finding('MULTICAST'))?.why).toBe('not tried yet')
  await made.status()
  expect((await finding('MULTICAST'))?.why).not.toBe('not tried yet')
})

test('with peers around nobody bothers the network', async () => {
  const { made, finding } = diagnosis({ mdns: true, peers: () => [PEER] })
  await made.status()
  expect((await finding('MULTICAST'))?.why).toBe('not tried yet')
})

test('an agent that stops is down, whatever else is well', async () => {
  const { made } = diagnosis({ stopping: () => true, peers: () => [PEER] })
  expect((await made.status()).state).toBe('down')
})

test('the home is looked at, and a membership that has ended is told', async () => {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-diagnosis-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const problems = [{ code: 'MEMBERSHIP_EXPIRED', message: 'it ended' } as const]
  const membership = {
    ...{ network: 'lab.1', name: 'lab', owner: INFO.id, roles: [], expires: 1 },
    ...{ admins: 1, members: 2, problems }
  }
  const info = () => Promise.resolve({ ...INFO, membership })
  const { made, finding } = diagnosis({ home, info })
  expect((await finding('HOME'))?.why).toContain(home)
  await made.status()
  expect(made.whyAlone()).toBe('membership: in "lab": it ended')
})
