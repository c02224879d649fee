/** What only a machine of one's own can have wrong: its interfaces, its routes, its ports. */

import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import type { ChildProcess } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import type { AgentInfo, AgentStatus } from '../../src/node/api.ts'
import type { Finding, FindingCode } from '../../src/node/diagnosis/finding.ts'
import { createLan, noHosts } from '../helpers/netns.ts'
import type { Host } from '../helpers/netns.ts'

const PEERWORK = resolve('bin/peerwork.js')
const CLOCK = resolve('test/helpers/clock-offset.ts')

function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-host-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}

/** Run a command on a host to its end, whatever its exit code; answers with its JSON. */
async function peerwork<T>(host: Host, home: string, ...args: string[]): Promise<T> {
  const words = [PEERWORK, ...args, '--home', home, '--json']
  const child = host.spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const bytes of child.stdout!) text += String(bytes)
  return JSON.parse(text) as T
}

/** An agent that stays until its LAN is taken down. */
const start = (host: Host, home: string, ...args: string[]): Promise<AgentInfo> =>
  startAt(0, host, home, ...args)

/** The same on a machine whose clock is off. */
async function startAt(
  offsetMs: number,
  host: Host,
  home: string,
  ...args: string[]
): Promise<AgentInfo> {
  const words = [PEERWORK, 'up', ...args, '--home', home, '--json']
  const options = { NODE_OPTIONS: `--import=${CLOCK}`, CLOCK_OFFSET_MS: String(offsetMs) }
  const child: ChildProcess = host.spawn(process.execPath, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...(offsetMs !== 0 && options) }
  })
  let said = ''
  for await (const line of createInterface(child.stdout!)) {
    said = line
    const { type, agent } = JSON.parse(line) as { type: string; agent: AgentInfo }
    if (type !== 'started') continue
    child.stdout!.resume()
    return agent
  }
  throw new Error(`it ended before it had started: ${said}`)
}

async function finding(host: Host, home: string, code: FindingCode): Promise<Finding | undefined> {
  const { findings } = await peerwork<AgentStatus>(host, home, 'doctor')
  return findings.find((one) => one.code === code)
}

test.skipIf(noHosts)(
  'an interface without multicast is named, and it is why nobody comes',
  async () => {
    await using lan = await createLan(1)
    const [host] = lan.hosts as [Host]
    const home = temporaryHome()
    await start(host, home, '--name', 'alone')
    expect(await finding(host, home, 'MULTICAST')).toMatchObject({
      level: 'pass',
      why: `works; announcements leave by eth0 ${host.address}`
    })
    await host.exec('ip', ['link', 'set', 'eth0', 'multicast', 'off'])
    const why = `no multicast on eth0 (${host.address}): the interface does not carry it`
    expect(await finding(host, home, 'MULTICAST')).toMatchObject({
      ...{ code: 'MULTICAST', level: 'fail', why },
      hint: expect.stringContaining('--bootstrap') as unknown
    })
    const status = await peerwork<AgentStatus>(host, home, 'status')
    expect(status.findings.at(-1)?.why).toBe(`none, because multicast for mDNS: ${why}`)
    const run = await peerwork<{ error: object }>(host, home, 'run', 'echo', '--wait', '200ms')
    expect(run.error).toMatchObject({
      code: 'NO_PEERS',
      message: expect.stringContaining(why) as unknown
    })
  }
)

test.skipIf(noHosts)(
  'a machine without a route for multicast says so before it is asked',
  async () => {
    await using lan = await createLan(1)
    const [host] = lan.hosts as [Host]
    await host.exec('ip', ['rule', 'add', 'to', '224.0.0.0/4', 'pref', '0', 'unreachable'])
    const args = ['run', 'echo', '--wait', '2500ms']
    const run = await peerwork<{ error: object }>(host, temporaryHome(), ...args)
    expect(run.error).toMatchObject({
      code: 'NO_PEERS',
      message: expect.stringContaining('no multicast on this machine: no interface') as unknown
    })
  }
)

test.skipIf(noHosts)('a machine without a network is told so', async () => {
  await using lan = await createLan(1)
  const [host] = lan.hosts as [Host]
  const home = temporaryHome()
  await start(host, home)
  await host.exec('ip', ['addr', 'flush', 'dev', 'eth0'])
  expect((await finding(host, home, 'INTERFACES'))?.level).toBe('fail')
  expect((await finding(host, home, 'PEERS'))?.facts).toMatchObject({ because: 'INTERFACES' })
})

test.skipIf(noHosts)('a peer on another machine looks at the port: open, or closed', async () => {
  await using lan = await createLan(2)
  const [one, two] = lan.hosts as [Host, Host]
  const [home, other, hidden] = [temporaryHome(), temporaryHome(), temporaryHome()]
  await start(one, home, '--name', 'alice')
  await start(two, other, '--name', 'bob')
  const look = (): Promise<Finding | undefined> => finding(two, other, 'REACHABLE')
  await expect.poll(async () => (await look())?.level, { timeout: 15_000 }).toBe('pass')
  const found = await look()
  expect(found?.why).toMatch(/^port \d+ answers from the local network \(alice looked at \/ip4\/10/)
  expect(found?.facts).toMatchObject({ from: `/ip4/${two.address}`, scope: 'private' })

  const { addresses } = await peerwork<AgentInfo>(one, home, 'id')
  const address = addresses.find((text) => text.includes(one.address)) ?? ''
  const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--bootstrap', address]
  await start(two, hidden, '--name', 'carol', ...listen)
  const closed = () => finding(two, hidden, 'REACHABLE')
  await expect
    .poll(async () => (await closed())?.facts['state'], { timeout: 15_000 })
    .toBe('closed')
  expect((await closed())?.why).toMatch(/is closed: nobody listens from the local network/)
})

test.skipIf(noHosts)(
  'a home that was copied to another machine is detected and named',
  async () => {
    await using lan = await createLan(2)
    const [one, two] = lan.hosts as [Host, Host]
    const home = temporaryHome()
    const { id } = await peerwork<AgentInfo>(one, home, 'id')
    const copy = temporaryHome()
    cpSync(join(home, 'key'), join(copy, 'key'))
    await start(one, home)
    await start(two, copy)
    for (const [host, where] of [
      [one, home],
      [two, copy]
    ] as const) {
      const named = async () => (await finding(host, where, 'DUPLICATE'))?.level
      await expect.poll(named, { timeout: 20_000 }).toBe('fail')
      expect((await finding(host, where, 'DUPLICATE'))?.facts).toMatchObject({ id })
    }
    const { why = '' } = (await finding(one, home, 'DUPLICATE')) ?? {}
    expect(why).toContain(two.address)
  }
)

test.skipIf(noHosts)('a machine whose clock is five minutes off hears it from others', async () => {
  await using lan = await createLan(4)
  const [wrong, ...right] = lan.hosts as [Host, ...Host[]]
  const home = temporaryHome()
  await Promise.all(right.map((host, at) => start(host, temporaryHome(), '--name', `right${at}`)))
  await startAt(-300_000, wrong, home, '--name', 'wrong')
  const clock = () => finding(wrong, home, 'CLOCK')
  await expect
    .poll(async () => (await clock())?.why, { timeout: 20_000 })
    .toBe('off by 5 min: it is behind the median of 3 peers')
  expect((await clock())?.level).toBe('fail')
})
