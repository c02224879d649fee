import { expect, test } from 'vitest'
import { signed } from '../../bench/signed.ts'
import type { Handle, Site, Transport } from '../../bench/candidates/candidate.ts'

const site: Site = {
  port: 0,
  seeds: { server: '11'.repeat(32), client: '22'.repeat(32) },
  home: '',
  find: 'address'
}

/** Carries bytes within this process, changed by `spoil` on the way. */
function loop(spoil: (bytes: Uint8Array) => Uint8Array): Transport {
  let handle: Handle = async (bytes) => bytes
  const close = async (): Promise<void> => {}
  return {
    listen: async (_site, given) => {
      handle = given
      return { close }
    },
    dial: async () => ({ send: async (bytes) => spoil(await handle(bytes)), close })
  }
}

test('a signed call comes back with what was sent', async () => {
  const candidate = signed(loop((bytes) => bytes))
  await candidate.serve(site)
  const caller = await candidate.connect(site)
  expect(await caller.call('hello')).toBe('hello')
})

test('an answer changed on its way is an error', async () => {
  const candidate = signed(loop((bytes) => bytes.fill(0x20, bytes.length - 2)))
  await candidate.serve(site)
  const caller = await candidate.connect(site)
  await expect(caller.call('hello')).rejects.toThrow('did not verify')
})

test('a request that was signed by somebody else is an error', async () => {
  const candidate = signed(loop((bytes) => bytes))
  await candidate.serve(site)
  const stranger = { ...site, seeds: { ...site.seeds, client: '33'.repeat(32) } }
  const caller = await candidate.connect(stranger)
  await expect(caller.call('hello')).rejects.toThrow('did not verify')
})
