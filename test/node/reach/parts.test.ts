import { expect, test } from 'vitest'
import { createRawHost } from '../../helpers/raw-host.ts'

test('a host hands its parts on, of which relay and directory are made', async () => {
  await using raw = await createRawHost()
  const { transportManager, connectionManager, peerId, upgrader } = raw.parts
  expect(transportManager.getAddrs().length).toBeGreaterThan(0)
  expect(connectionManager.getConnections()).toEqual([])
  expect(peerId.toString()).toBe(raw.id)
  expect(upgrader.upgradeOutbound).toBeTypeOf('function')
})
