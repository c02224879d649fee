import { expect, test } from 'vitest'
import { founded, linkOf, machine } from '../members.ts'
import { begin, expectPlain, run, until, up } from '../processes.ts'

test('members are listed, with and without a running agent', async () => {
  const where = await founded()
  const rest = await run(where, ['members', '--name', 'alice'])
  expect(rest.out).toMatch(
    /^alice +12D3KooW\w{6} +this agent +365 days +submit execute observe ad/m
  )
  expect(rest.err).toContain('lab: one member; no agent runs here')
  await using alice = await up(where, 'alice')
  const there = machine()
  await run(there, ['join', await linkOf(where), '--name', 'bob'])
  await using bob = await up(there, 'bob', '--bootstrap', alice.address)
  const ask = async () => run(where, ['members', '--name', 'alice'])
  await expect.poll(async () => (await ask()).out, { timeout: 10_000 }).toMatch(/^bob .* online /m)
  const { out } = await run(where, ['members', '--name', 'alice', '--json'])
  const found = JSON.parse(out) as { members: object[] }
  expect(found).toMatchObject({ name: 'lab', running: true })
  expect(found.members.at(1)).toMatchObject({ id: bob.info.id, connected: true, state: 'member' })
  expectPlain(rest.out + rest.err)
  // People read the name; a script gets what it is on the wire.
  const listed = await run(where, ['agents'])
  expect(listed.out).toMatch(/^● alice +network lab, pid/m)
  const { agents } = JSON.parse((await run(where, ['agents', '--json'])).out) as {
    agents: { network: string }[]
  }
  expect(agents[0]?.network).toMatch(/^lab\.[0-9a-f]{16}$/)
})

test('who joins, comes and is put out is followed', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const lines = begin(where, ['members', '--name', 'alice', '--watch'])
  const seen = ['+ alice', '+ bob', '● bob', '- bob'].map((what) => until(lines, 'stdout', what))
  const there = machine()
  await run(there, ['join', await linkOf(where), '--name', 'bob'])
  await seen[1]
  await using bob = await up(there, 'bob', '--bootstrap', alice.address)
  await seen[2]
  await run(where, ['revoke', bob.info.id, '--name', 'alice', '--yes'])
  await Promise.all(seen)
})

test('--watch needs a running agent', async () => {
  const where = await founded()
  const { code, err } = await run(where, ['members', '--name', 'alice', '--watch'])
  expect([code, err]).toEqual([3, expect.stringContaining('NOT_RUNNING')])
})
