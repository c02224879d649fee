import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serveControl } from '../../../src/node/control.ts'
import { isAgentId } from '../../../src/protocol/identity.ts'
import { ALICE, ControlDouble, privateHome } from '../../node/control-double.ts'
import { peerwork, temporary } from '../harness.ts'

test('a home without a key gets one, and keeps it', async () => {
  const home = join(temporary('id'), 'home')
  const first = await peerwork(['id', '--home', home])
  const again = await peerwork(['id', '--home', home])
  expect(isAgentId(first.out.trim())).toBe(true)
  expect(again.out).toBe(first.out)
  expect(statSync(join(home, 'key')).mode & 0o777).toBe(0o600)
})

test('a name selects a home of its own', async () => {
  const env = { XDG_DATA_HOME: temporary('data') }
  const alice = await peerwork(['id', '--name', 'alice', '--json'], { env })
  const bob = await peerwork(['id', '--name', 'bob', '--json'], { env })
  expect(alice.json()).toMatchObject({ name: 'alice', running: false })
  expect(alice.json()).not.toMatchObject({ id: (bob.json() as { id: string }).id })
})

test('PEERWORK_HOME is used, and --home before it', async () => {
  const env = { PEERWORK_HOME: join(temporary('data'), 'a') }
  const other = join(temporary('data'), 'b')
  const byEnv = await peerwork(['id', '--json'], { env })
  expect(byEnv.json()).toMatchObject({ home: env.PEERWORK_HOME })
  const byOption = await peerwork(['id', '--home', other, '--json'], { env })
  expect(byOption.json()).toMatchObject({ home: other })
})

test('a running agent tells more', async () => {
  const home = privateHome()
  const agent = new ControlDouble()
  await using _control = await serveControl({ agent, home, log: { warn: () => undefined } })
  const { json } = await peerwork(['id', '--home', home, '--json'])
  expect(json()).toEqual({
    id: ALICE,
    name: 'alice',
    home,
    running: true,
    network: 'test',
    pid: 42,
    addresses: [`/ip4/127.0.0.1/tcp/4001/p2p/${ALICE}`]
  })
})

test('a locked key wants its passphrase', async () => {
  const folder = temporary('id')
  const home = join(folder, 'home')
  writeFileSync(join(folder, 'pass'), 'secret\n')
  const made = await peerwork(['id', '--home', home, '--passphrase-file', 'pass'], { cwd: folder })
  expect(isAgentId(made.out.trim())).toBe(true)
  const { code, err } = await peerwork(['id', '--home', home])
  expect(code).toBe(1)
  expect(err).toContain('error PASSPHRASE_WRONG')
})

test('the command that starts the agent is the one for the home that was asked for', async () => {
  const env = { XDG_DATA_HOME: temporary('data'), NO_COLOR: '1' }
  const { err } = await peerwork(['id', '--name', 'bob'], { env, tty: true })
  expect(err).toContain('start it with: peerwork up --name bob')
})
