import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { main } from '../../../src/cli/main.ts'
import { contextOf, temporary } from '../harness.ts'
import { founded, linkOf, machine } from '../members.ts'
import { expectPlain, run, up } from '../processes.ts'

test('whom it asks, what came of it, and what is next', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const there = machine()
  const mailed = (await linkOf(where)).replaceAll(/.{72}/g, '$&\r\n')
  const joined = await run(there, ['join', '-', '--name', 'bob'], `${mailed}\n`)
  expect([joined.code, joined.out]).toEqual([0, ''])
  expect(joined.err).toMatch(/^Joining lab, owned by 12D3KooW\w{6}$/m)
  expect(joined.err).toMatch(/asking \/ip4\/127.0.0.1\/tcp\/\d+ …/)
  expect(joined.err).toMatch(/member +bob 12D3KooW\w{44}$/m)
  expect(joined.err).toMatch(/until .*in 14 days\), renews itself$/m)
  expect(joined.err).toContain(`signed by  ${alice.info.id}`)
  expect(joined.err).toContain('peerwork up --name bob')
  expectPlain(joined.err)
  await using bob = await up(there, 'bob')
  expect(bob.info.membership).toMatchObject({
    name: 'lab',
    roles: ['submit', 'execute', 'observe']
  })
})

test('--json has what programs need', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const link = await linkOf(where, '--role', 'observe')
  const { out, err } = await run(machine(), ['join', link, '--name', 'bob', '--json'])
  expect(err).toBe('')
  expect(JSON.parse(out)).toMatchObject({
    ...{ name: 'lab', memberName: 'bob', roles: ['observe'], by: alice.info.id }
  })
})

test('a used link, half a link, no link and no admin are four different errors', async () => {
  const where = await founded()
  const alice = await up(where, 'alice')
  const link = await linkOf(where)
  await run(machine(), ['join', link])
  const second = await run(machine(), ['join', link])
  expect([second.code, second.err]).toEqual([4, expect.stringContaining('used up: 1 of 1')])
  const half = await run(machine(), ['join', link.slice(0, 300)])
  expect([half.code, half.err]).toEqual([4, expect.stringContaining('was all of it copied?')])
  const none = await run(machine(), ['join', '-'])
  expect([none.code, none.err]).toEqual([4, expect.stringContaining('stdin had no join link')])
  const fresh = await linkOf(where)
  await alice.stop()
  const alone = await run(machine(), ['join', fresh])
  expect([alone.code, alone.err]).toEqual([
    7,
    expect.stringContaining('NO_ADMIN: no admin answers')
  ])
})

test('a home whose agent runs, or that is in another network, does not join', async () => {
  const where = await founded()
  await using alice = await up(where, 'alice')
  const link = await linkOf(where)
  const there = machine()
  await using bob = await up(there, 'bob')
  const busy = await run(there, ['join', link, '--name', 'bob'])
  expect([busy.code, busy.err]).toEqual([1, expect.stringContaining(`pid ${bob.child.pid}`)])
  const elsewhere = await founded()
  const taken = await run(elsewhere, ['join', link, '--name', 'alice'])
  expect([taken.code, taken.err]).toEqual([2, expect.stringContaining('a member of "lab" already')])
  expect(alice.child.exitCode).toBeNull()
})

test('a terminal tells that a silent address is waited for, and Ctrl-C ends that', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const where = await founded()
  const me = await run(where, ['id', '--name', 'alice'])
  const link = await linkOf(where, '--address', `/ip4/127.0.0.1/tcp/${port}/p2p/${me.out.trim()}`)
  const stop = new AbortController()
  const interrupts = { signal: stop.signal, name: 'SIGINT' } as const
  const { context, err } = contextOf({ tty: true, interrupts, env: { NO_COLOR: '1' } })
  const joining = main(['join', link, '--home', temporary('home')], context)
  await expect.poll(() => err.text, { timeout: 5_000 }).toContain('no answer yet, 1 s')
  stop.abort()
  expect(await joining).toBe(130)
})
