import { expect, test } from 'vitest'
import { begin, expectPlain, run, until, up, world } from '../processes.ts'

test('peers are listed by a running agent and by a short-lived one', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts')
  const none = await run(where, ['peers', '--name', 'alice'])
  expect([none.code, none.out]).toEqual([0, ''])
  expect(none.err).toContain('No peers yet')
  expect(none.err).toContain('Look closer with peerwork doctor --name alice, or wait: ')
  const network = ['--preset', 'loopback', '--bootstrap', alice.address]
  const short = await run(where, ['peers', '--name', 'bob', '--wait', '1500ms', ...network])
  expect(short.code).toBe(0)
  expect(short.out).toMatch(/^NAME +ID +FOUND/)
  expect(short.out).toMatch(/^alice +12D3KooW\w{6} +\w+ .*shout$/m)
  expectPlain(short.out + short.err)
})

test('whoever joins and leaves is told', async () => {
  const where = world()
  await using alice = await up(where, 'alice')
  const lines = begin(where, ['peers', '--name', 'alice', '--watch'])
  const joined = until(lines, 'stdout', '+ bob')
  const left = until(lines, 'stdout', '- bob')
  const bob = await up(where, 'bob', '--bootstrap', alice.address)
  await joined
  await bob.stop()
  await left
})

test('nobody in reach is an error with what to try', async () => {
  const where = world()
  const args = ['peers', '--preset', 'loopback', '--wait', '200ms', '--json']
  const { code, out, err } = await run(where, args)
  expect(code).toBe(7)
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'NO_PEERS' } })
  expect(err).toContain('looking for peers')
})

test('nobody in reach is told with the reason, by a running agent too', async () => {
  const where = world()
  const bootstrap = ['--bootstrap', '/ip4/127.0.0.1/tcp/9']
  const args = ['peers', '--preset', 'loopback', '--wait', '400ms', '--json', ...bootstrap]
  const { error } = JSON.parse((await run(where, args)).out) as { error: { message: string } }
  expect(error.message).toMatch(
    /^no peers found after 0\.4 s: bootstrap peers: .*the port is closed/
  )
  await using _alone = await up(where, 'alone')
  const { err } = await run(where, ['peers', '--name', 'alone'])
  expect(err).toContain('No peers yet: mDNS is off and no --bootstrap address was given.')
})
