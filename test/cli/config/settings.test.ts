import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments } from '../../../src/cli/arguments.ts'
import { up } from '../../../src/cli/commands/up.ts'
import type { Given } from '../../../src/cli/command.ts'
import { settle } from '../../../src/cli/config/settings.ts'
import { UP_OPTIONS } from '../../../src/cli/up-options.ts'
import { temporary } from '../harness.ts'

/** A home with a configuration file, and what comes of it. */
function settled(config: object | undefined, args: string[] = [], env: object = {}) {
  const home = temporary('home')
  if (config !== undefined) writeFileSync(join(home, 'config.json'), JSON.stringify(config))
  const given = readArguments(up, args) as unknown as Given<typeof UP_OPTIONS>
  return settle(UP_OPTIONS, given, {
    cwd: '/somewhere',
    env: { PEERWORK_HOME: home, ...env }
  })
}
const originOf = (settings: ReturnType<typeof settled>, name: string) =>
  settings.list.find(({ key }) => key.name === name)?.origin

test('an option beats the environment, that the file, and that the default', () => {
  const file = { network: 'file', preset: 'internet', capacity: 3 }
  const env = { PEERWORK_NETWORK: 'env', PEERWORK_PRESET: 'loopback' }
  const settings = settled(file, ['--network', 'flag'], env)
  expect(settings.values).toMatchObject({ network: 'flag', preset: 'loopback', capacity: '3' })
  const origins = ['network', 'preset', 'capacity', 'queue'].map((name) => originOf(settings, name))
  expect(origins).toEqual(['flag', 'environment', 'file', 'default'])
})

test('lists replace each other and are never joined', () => {
  const bootstrap = ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1']
  expect(settled({ bootstrap }).values.bootstrap).toEqual(bootstrap)
  const { values } = settled({ bootstrap }, [], {
    PEERWORK_BOOTSTRAP: '/ip4/1.1.1.1/tcp/2, /dns/x'
  })
  expect(values.bootstrap).toEqual(['/ip4/1.1.1.1/tcp/2', '/dns/x'])
})

test('what the file opens, the command line can close again', () => {
  expect(settled({ open: true }).values.open).toBe(true)
  expect(settled({ open: true }, ['--open=false']).values.open).toBe(false)
  expect(settled({ open: true }, [], { PEERWORK_OPEN: 'no' }).values.open).toBe(false)
})

test('mdns is one key for an option and its negation', () => {
  expect(settled({ mdns: false }).values).toMatchObject({ 'no-mdns': true, mdns: false })
  expect(settled({ mdns: true }).values).toMatchObject({ 'no-mdns': false, mdns: true })
  expect(settled({ mdns: true }, ['--no-mdns']).values).toMatchObject({ 'no-mdns': true })
})

test('paths in the file are relative to it, those of the command line to where it is given', () => {
  const settings = settled({ skills: ['./a.ts', '/b.ts'], allowFile: 'friends' })
  expect(settings.values.skill).toEqual([join(settings.home, 'a.ts'), '/b.ts'])
  expect(settings.values['allow-file']).toBe(join(settings.home, 'friends'))
  expect(settled({ skills: ['a.ts'] }, ['--skill', './c.ts']).values.skill).toEqual(['./c.ts'])
})

test('a file named with --config must be there, and may choose the home', () => {
  const folder = temporary('config')
  const file = join(folder, 'agent.json')
  expect(() => settled(undefined, ['--config', file])).toThrow(/cannot|no such file/i)
  mkdirSync(join(folder, 'home'))
  writeFileSync(file, JSON.stringify({ home: 'home', name: 'ann' }))
  const env = { PEERWORK_HOME: '', PEERWORK_CONFIG: file }
  const settings = settled(undefined, [], env)
  expect(settings.home).toBe(join(folder, 'home'))
  expect(settings.values).toMatchObject({ home: join(folder, 'home'), name: 'ann' })
  expect(settings.file).toBe(file)
})

test('a file in a home cannot choose another home', () => {
  expect(() => settled({ home: '/elsewhere' })).toThrow('$.home: only a file named with --config')
})

test('the name in a file of a home names the agent and leaves the home', () => {
  const settings = settled({ name: 'ann' })
  expect(settings.values.name).toBe('ann')
  expect(settings.values.home).toBe(settings.home)
  expect(settings.home).not.toContain('ann')
})

test.for([
  [{ PEERWORK_CAPACITY: 'many' }, '$PEERWORK_CAPACITY is no number'],
  [{ PEERWORK_OPEN: 'perhaps' }, '$PEERWORK_OPEN is no true or false'],
  [
    { PEERWORK_PRESET: 'lann' },
    '$PEERWORK_PRESET is none of loopback, lan, internet. Did you mean lan?'
  ],
  [{ PEERWORK_ALLOW: 'bob' }, '$PEERWORK_ALLOW is no peer id']
] as const)('%j is refused', ([env, message]) => {
  expect(() => settled(undefined, [], env)).toThrow(message)
})

test('an empty variable is as none', () => {
  expect(settled({ network: 'lab' }, [], { PEERWORK_NETWORK: '' }).values.network).toBe('lab')
})
