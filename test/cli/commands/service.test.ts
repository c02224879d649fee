import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { peerwork, temporary } from '../harness.ts'
import { run, world } from '../processes.ts'

const booted = existsSync('/run/systemd/system')

test('--print shows the unit and changes nothing', async () => {
  const where = world()
  const config = temporary('xdg-config')
  const env = { ...where.env, XDG_CONFIG_HOME: config }
  const args = ['service', 'install', '--name', 'alice', '--print']
  const { code, out } = await run({ ...where, env }, args)
  expect(code).toBe(0)
  const home = join(where.env['XDG_DATA_HOME'] ?? '', 'peerwork', 'agents', 'alice')
  expect(out).toContain(`peerwork.js up --home=${home} --name=alice\n`)
  expect(out).toMatch(/^ExecStart=\/\S+\/node --conditions=source \//m)
  expect(out).toContain('\nType=notify\n')
  expect(existsSync(join(config, 'systemd'))).toBe(false)
  expect(existsSync(home)).toBe(false)
})

test('the end may take as long as the configuration lets tasks run', async () => {
  const home = temporary('home')
  writeFileSync(join(home, 'config.json'), '{"drain": "2m", "name": "Ann"}')
  const { out } = await peerwork(['service', 'install', '--home', home, '--print'])
  expect(out).toContain('\nTimeoutStopSec=125\n')
  expect(out).not.toContain('--name')
})

test('a named configuration file is in the unit', async () => {
  const file = join(temporary('config'), 'agent.json')
  writeFileSync(file, '{"home": "here"}')
  const { json } = await peerwork(['service', 'install', '--config', file, '--print', '--json'])
  expect(json()).toMatchObject({
    unit: 'peerwork-here.service',
    text: expect.stringContaining(` --config=${file}\n`) as unknown
  })
})

test.skipIf(booted)('without systemd it says so, and what to do instead', async () => {
  for (const action of ['install', 'status', 'remove']) {
    const { code, err } = await peerwork(['service', action, '--home', temporary('home')])
    expect(code).toBe(1)
    expect(err).toContain('error SERVICE_UNAVAILABLE: this machine does not run systemd')
    expect(err).toContain('hint: Run `peerwork up` under another supervisor')
  }
})

test('a configuration with faults is not installed', async () => {
  const home = temporary('home')
  writeFileSync(join(home, 'config.json'), '{"opn": true}')
  const { code, err } = await peerwork(['service', 'install', '--home', home])
  expect(code).toBe(2)
  expect(err).toContain('$.opn: no such key. Did you mean open?')
})
