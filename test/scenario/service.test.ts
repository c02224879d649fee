/** An agent as a service: a real systemd starts it, reloads it, brings it back and stops it. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connectControl } from '../../src/cli/control-client.ts'
import { reached, skill, Stage, until } from '../helpers/processes.ts'
import { noManager, UserManager } from '../helpers/user-manager.ts'

const DOOR = ['--conditions=source', resolve('bin/peerwork.js')]
const UNIT = 'peerwork-alice.service'

async function installed(config: object) {
  const folder = await mkdtemp(join(tmpdir(), 'peerwork-service-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, 'data') }
  const home = join(folder, 'data', 'peerwork', 'agents', 'alice')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const configure = (values: object): void => {
    writeFileSync(join(home, 'config.json'), JSON.stringify(values))
  }
  configure(config)
  const manager = await UserManager.start({ ...env, XDG_CONFIG_HOME: join(folder, 'config') })
  onTestFinished(() => manager[Symbol.asyncDispose]())
  const peerwork = (...args: string[]) => {
    return manager.exec(process.execPath, [...DOOR, ...args, '--name', 'alice'])
  }
  const info = async () => (await connectControl(home))?.info
  const path = join(folder, 'config', 'systemd', 'user', UNIT)
  return { home, manager, peerwork, info, configure, path }
}

async function reported(peerwork: Awaited<ReturnType<typeof installed>>['peerwork']) {
  const { out } = await peerwork('service', 'status', '--json')
  return JSON.parse(out) as { readonly status: string; readonly state: string }
}

test.skipIf(noManager)(
  'an agent is installed, comes back after a crash, drains when stopped, and is removed',
  async () => {
    const config = { preset: 'loopback', open: true, skills: [skill('wait'), skill('echo')] }
    const stand = await installed({ ...config, drain: '20s' })
    const { manager, peerwork, info, configure, path } = stand
    await using stage = new Stage()

    const { code, err } = await peerwork('service', 'install')
    expect({ code, err }).toMatchObject({
      code: 0,
      err: expect.stringContaining('started') as string
    })
    expect(readFileSync(path, 'utf8')).toContain('TimeoutStopSec=25')
    const alice = await info()
    expect(alice).toMatchObject({ name: 'alice' })
    expect(await reported(peerwork)).toMatchObject({
      ...{ installed: true, enabled: true, active: true, status: 'alice is up', restarts: 0 },
      ...{ state: 'active (running)', unit: UNIT }
    })

    // The hardening of the unit leaves the sandbox what it has without.
    const bob = await stage.inside({ bootstrap: [...(alice?.addresses ?? [])] })
    const plain = await stage.start({ skills: [skill('echo')] })
    const { value, isolation } = await bob.run('echo', 'hello', { to: 'alice' })
    expect([value, isolation]).toEqual(['hello', (await plain.agent.info()).isolation])

    configure({ ...config, open: false, capacity: 3, drain: '20s' })
    expect((await manager.systemctl('reload', UNIT)).code).toBe(0)
    await until('it was read again', async () => (await info())?.admits === 'nobody')
    const { status: said } = await reported(peerwork)
    expect(said).toBe('alice is up; open changed; capacity needs a restart')
    configure({ ...config, drain: '20s' })
    await until('it was read again', async () => (await info())?.admits === 'everybody')

    await manager.systemctl('kill', '--kill-whom=main', '--signal=KILL', UNIT)
    await until(
      'it is back',
      async () => {
        const again = await info().catch(() => undefined)
        return again !== undefined && again.started !== alice?.started
      },
      20_000
    )
    const back = await info()
    expect(back?.id).toBe(alice?.id)

    const carol = await stage.inside({ bootstrap: [...(back?.addresses ?? [])] })
    const task = carol.submit('wait', { ms: 1_500 })
    await reached(task, 'progress')
    const stopping = manager.systemctl('stop', UNIT)
    expect((await task.result).value).toBe('waited 1500')
    expect((await stopping).code).toBe(0)
    const { out } = await manager.systemctl('show', UNIT, '--property=Result,ActiveState')
    expect(out).toContain('Result=success')
    expect(out).toContain('ActiveState=inactive')
    expect((await peerwork('service', 'status')).code).toBe(3)

    expect((await peerwork('service', 'remove')).code).toBe(0)
    expect(() => readFileSync(path)).toThrow('ENOENT')
    expect((await peerwork('service', 'status')).out).toContain('is not installed')
  }
)

test.skipIf(noManager)(
  'what does not start is not started again and again, and tells why',
  async () => {
    const { manager, peerwork, configure } = await installed({ preset: 'loopback' })
    expect((await peerwork('service', 'install', '--no-start')).code).toBe(0)
    configure({ prest: 'loopback' })
    const refused = await peerwork('service', 'install')
    expect(refused.code).toBe(2)
    expect(refused.err).toContain('$.prest: no such key. Did you mean preset?')
    expect((await manager.systemctl('start', UNIT)).code).toBe(1)
    const { out } = await peerwork('service', 'status', '--json')
    expect(JSON.parse(out)).toMatchObject({
      active: false,
      restarts: 0,
      state: 'failed (exit-code)'
    })
  }
)
