import { expect, test } from 'vitest'
import { founded, linkOf, machine } from '../members.ts'
import { run, up } from '../processes.ts'

test('a member is cut off at once; how many heard it is told', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const there = machine()
  await run(there, ['join', await linkOf(where), '--name', 'bob'])
  await using bob = await up(there, 'bob', '--bootstrap', alice.address)
  await expect.poll(() => alice.events.some(({ type }) => type === 'joined')).toBe(true)
  const unsure = await run(where, ['revoke', 'bob', '--name', 'alice'])
  expect([unsure.code, unsure.err]).toEqual([2, expect.stringContaining('say so with --yes')])
  const args = ['revoke', 'bob', '--name', 'alice', '--yes', '--reason', 'laptop stolen']
  const { code, err } = await run(where, args)
  expect([code, err]).toEqual([0, expect.stringContaining('One connected member was told')])
  await expect.poll(() => alice.events.some(({ type }) => type === 'left')).toBe(true)
  const own = await run(there, ['network', '--name', 'bob'])
  expect(own.out).toMatch(/MEMBERSHIP_REVOKED[^]*laptop stolen/)
  const again = await run(where, args)
  expect([again.code, again.err]).toEqual([3, expect.stringContaining('is revoked already')])
  expect(bob.child.exitCode).toBeNull()
})

test('without a running agent it is kept, and told when one starts', async () => {
  const where = await founded()
  const alice = await up(where, 'alice')
  const there = machine()
  await run(there, ['join', await linkOf(where), '--name', 'bob'])
  await alice.stop()
  const args = [
    'revoke',
    'bob',
    '--name',
    'alice',
    '--yes',
    '--preset',
    'loopback',
    '--wait',
    '50ms'
  ]
  const { code, err } = await run(where, args)
  expect([code, err]).toEqual([0, expect.stringContaining('Nobody was there to hear it')])
  const { out } = await run(where, ['members', '--name', 'alice'])
  expect(out).toMatch(/^bob .* revoked/m)
  await using back = await up(where, 'alice')
  const bob = await run(there, ['peers', '--name', 'bob', '--preset', 'loopback', '--wait', '1s'])
  expect(bob.code).not.toBe(0)
  expect(back.events.some(({ type }) => type === 'joined')).toBe(false)
})

test('nobody puts out whom it may not, or who is not there', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const there = machine()
  await run(there, ['join', await linkOf(where), '--name', 'bob'])
  await using bob = await up(there, 'bob', '--bootstrap', alice.address)
  await expect.poll(() => bob.events.some(({ type }) => type === 'joined')).toBe(true)
  const admin = await run(there, ['revoke', 'alice', '--name', 'bob', '--yes'])
  expect([admin.code, admin.err]).toEqual([2, expect.stringContaining('only the owner of lab')])
  const self = await run(there, ['revoke', 'bob', '--name', 'bob', '--yes', '--json'])
  expect([self.code, JSON.parse(self.out)]).toMatchObject([4, { error: { code: 'ROLE_MISSING' } }])
  const eve = await run(where, ['revoke', 'eve', '--name', 'alice', '--yes'])
  expect([eve.code, eve.err]).toEqual([3, expect.stringContaining('there are alice, bob')])
})
