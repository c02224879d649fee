import { expect, test } from 'vitest'
import { isPunched, SharedPorts } from '../../../src/node/reach/shared-port.ts'
import { createRawHost } from '../../helpers/raw-host.ts'

test('two peers are dialled from one and the same port', async () => {
  await using one = await createRawHost()
  await using two = await createRawHost()
  await using self = await createRawHost()
  const ports = new SharedPorts(self.parts)
  const first = await self.dial(one.address)
  const localPort = ports.portOf(first)
  expect(localPort).toBeGreaterThan(0)
  const second = await ports.dialFrom({
    ...{ address: two.address, localPort: localPort!, initiator: true },
    signal: AbortSignal.timeout(5_000)
  })
  expect(second.remotePeer.toString()).toBe(two.id)
  await expect.poll(() => two.host.getConnections().length).toBe(1)
  const seen = [one, two].map(({ host }) => host.getConnections()[0]?.remoteAddr.toString())
  for (const address of seen) expect(address).toContain(`/tcp/${localPort}`)
  expect([isPunched(first), isPunched(second)]).toEqual([false, true])
})

test('a port is not known of connections that came in', async () => {
  await using one = await createRawHost()
  await using self = await createRawHost()
  const ports = new SharedPorts(self.parts)
  await one.dial(self.address)
  await expect.poll(() => self.host.getConnections().length).toBe(1)
  expect(ports.portOf(self.host.getConnections()[0]!)).toBeUndefined()
})
