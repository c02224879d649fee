import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { guardLengthPrefix, importGuarded } from '../../src/node/guarded-import.ts'
import { systemClock } from '../../src/node/clock.ts'
import { ephemeralSecret } from '../../src/node/key-file.ts'
import { PRESETS } from '../../src/node/presets.ts'

const MIB = 1024 * 1024
const require = createRequire(import.meta.url)
const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

test('the flaw is still in the dependency: when this fails, the guard can go', () => {
  const entry = require.resolve('@libp2p/utils')
  const source = readFileSync(entry.replace(/index\.js$/, 'stream-utils.js'), 'utf8')
  const guarded = guardLengthPrefix(source)
  expect(guarded).toBeDefined()
  expect(guarded?.length).toBeGreaterThan(source.length)
})

test('a module that no longer looks as it did is refused, not half changed', () => {
  expect(guardLengthPrefix('export const lpStream = 1')).toBeUndefined()
  expect(guardLengthPrefix('lengthBuffer.append(buf);lengthBuffer.append(buf);')).toBeUndefined()
})

test('a length prefix that never ends closes the connection and costs little', async () => {
  const { createHost } = await importGuarded(() => import('../../src/node/host.ts'))
  const secret = ephemeralSecret(systemClock)
  const { host } = await createHost({
    ...{ secret, publicKey: secret.identity.publicKey, network: 'test', preset: PRESETS.loopback },
    ...{ listen: PRESETS.loopback.listen, bootstrap: [], mdns: false },
    found: () => undefined
  })
  await host.start()
  closers.push(() => host.stop())
  const port = Number(/tcp\/(\d+)/.exec(host.getMultiaddrs()[0]?.toString() ?? '')?.[1])
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', () => resolve('closed')))
  // Bounded: 1 MiB of one byte value, after a proper beginning of a negotiation.
  const before = process.memoryUsage().heapUsed
  socket.write(Buffer.concat([Buffer.from('\u0013/multistream/1.0.0\n'), Buffer.alloc(MIB, 0xff)]))
  expect(await Promise.race([closed, wait(3_000, 'open', { ref: false })])).toBe('closed')
  const grown = process.memoryUsage().heapUsed - before
  expect(grown / MIB).toBeLessThan(20)
})
