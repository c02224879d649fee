import { expect, test } from 'vitest'
import { founded, linkOf, machine } from '../members.ts'
import { begin, expectPlain, run, until, up } from '../processes.ts'

test('a running agent invites; the link alone is on stdout', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const made = await run(where, ['invite', '--name', 'alice', '--uses', '3', '--expires', '7d'])
  expect(made.code).toBe(0)
  expect(made.out).toMatch(/^peerwork:join\/[\w-]+\n$/)
  expect(made.err).toMatch(/^Invitation to lab for 3 newcomers, until .*\(in 7 days\)$/m)
  expect(made.err).toContain('The link is a secret')
  expect(made.err).not.toContain('█')
  expectPlain(made.out + made.err)
  const { out } = await run(where, ['invite', '--name', 'alice', '--json', '--role', 'observe'])
  expect(JSON.parse(out)).toMatchObject({
    ...{ name: 'lab', roles: ['observe'], uses: 1, addresses: alice.info.addresses }
  })
})

test('without one the link names where the agent will be, and says that it is needed', async () => {
  const where = await founded()
  const link = await linkOf(where)
  await using alice = await up(where, 'alice')
  expect(alice.info.name).toBe('alice')
  expect((await run(machine(), ['join', link, '--name', 'bob'])).code).toBe(0)
})

test('it can stay and let newcomers in itself', async () => {
  const where = await founded()
  const args = ['invite', '--name', 'alice', '--preset', 'loopback', '--wait']
  const staying = begin(where, args)
  const ended = new Promise((resolve) => staying.on('exit', resolve))
  let out = ''
  staying.stdout?.on('data', (data: Buffer) => (out += data.toString()))
  const told = until(staying, 'stderr', '+ bob')
  await expect.poll(() => out, { timeout: 10_000 }).toContain('\n')
  expect((await run(machine(), ['join', out.trim(), '--name', 'bob'])).code).toBe(0)
  await told
  expect(await ended).toBe(0)
})

test('who may not invite is told so, and by what it would be', async () => {
  const where = await founded()
  const nobody = await run(machine(), ['invite'])
  expect([nobody.code, nobody.err]).toEqual([4, expect.stringContaining('network create <name>')])
  await using alice = await up(where, 'alice')
  const link = await linkOf(where)
  const there = machine()
  await run(there, ['join', link, '--name', 'bob'])
  const member = await run(there, ['invite', '--name', 'bob'])
  expect([member.code, member.err]).toEqual([4, expect.stringContaining('only an admin of lab')])
  const wrong = await run(where, ['invite', '--name', 'alice', '--role', 'boss'])
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('submit, execute, observe')])
  expect(alice.child.exitCode).toBeNull()
})
