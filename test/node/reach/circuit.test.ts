import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { linkKind } from '../../../src/node/reach/relayed.ts'
import { createRelayedPair } from '../../helpers/relayed-pair.ts'

test('a peer with a reservation is reached through the relay, with its limits told', async () => {
  await using pair = await createRelayedPair()
  const connection = await pair.dial()
  expect(connection.remotePeer.toString()).toBe(pair.far.id)
  expect(linkKind(connection)).toBe('relayed')
  expect(Number(connection.limits?.bytes)).toBeLessThanOrEqual(1024 * 1024)
  expect(Number(connection.limits?.bytes)).toBeGreaterThan(1024 * 1024 - 16 * 1024)
})

test('who has no reservation is not reached', async () => {
  await using pair = await createRelayedPair()
  const { relay, far, near } = pair
  await near.dial(relay.address)
  const through = `${relay.address}/p2p-circuit/p2p/${near.id}`
  await expect(far.dial(through)).rejects.toThrow(/NO_RESERVATION/)
})

test('a link that carried all its bytes ends', async () => {
  await using pair = await createRelayedPair({
    ...{ bytes: 64 * 1024, durationMs: 60_000, reservations: 4 }
  })
  await pair.far.host.handle('/test/1', () => undefined, { runOnLimitedConnection: true })
  const connection = await pair.dial()
  const stream = await connection.newStream('/test/1', { runOnLimitedConnection: true })
  for (let n = 0; n < 20 && stream.status === 'open'; n++) {
    stream.send(new Uint8Array(8 * 1024))
    await sleep(5)
  }
  await expect.poll(() => connection.status).not.toBe('open')
})

test('a protocol that did not ask for it does not run over a relay', async () => {
  await using pair = await createRelayedPair()
  await pair.far.host.handle('/test/1', () => undefined)
  const connection = await pair.dial()
  await expect(connection.newStream('/test/1')).rejects.toThrow(/limited/i)
})

test('a reservation that ends with its connection is told, and can be had again', async () => {
  await using pair = await createRelayedPair()
  const lost: string[] = []
  pair.circuit.onLost((relay) => lost.push(relay))
  await pair.far.host.getConnections()[0]?.close()
  await expect.poll(() => lost).toEqual([pair.relay.id])
  await expect(pair.circuit.reserve(pair.relay.id)).rejects.toMatchObject({ code: 'PEER_LOST' })
  await pair.far.dial(pair.relay.address)
  expect(await pair.circuit.reserve(pair.relay.id)).toContainEqual(expect.stringContaining('/tcp/'))
  expect((await pair.dial()).remotePeer.toString()).toBe(pair.far.id)
})

test('a full relay gives no place, until somebody who had one goes away', async () => {
  await using pair = await createRelayedPair({ bytes: 1024, durationMs: 1000, reservations: 1 })
  const { relay, near, far, nearCircuit } = pair
  await near.dial(relay.address)
  await expect(nearCircuit.reserve(relay.id)).rejects.toThrow(/RESERVATION_REFUSED/)
  await far.host.stop()
  await expect
    .poll(() => nearCircuit.reserve(relay.id).catch(() => undefined), { timeout: 5_000 })
    .toBeDefined()
})

test('a relay that stops relaying passes nobody on', async () => {
  await using pair = await createRelayedPair()
  await pair.stopRelaying()
  await expect(pair.dial()).rejects.toThrow()
})
