import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import type { Given } from '../../src/cli/command.ts'
import { up } from '../../src/cli/commands/up.ts'
import { settle } from '../../src/cli/config/settings.ts'
import { Reloader } from '../../src/cli/reload.ts'
import { Notifier } from '../../src/cli/service/notify.ts'
import { upInit } from '../../src/cli/up-init.ts'
import { UP_OPTIONS } from '../../src/cli/up-options.ts'
import { createAgent } from '../../src/node/agent.ts'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { skill } from '../helpers/processes.ts'
import { contextOf, temporary } from './harness.ts'

const [alice = '', bob = ''] = [1, 2].map((n) => identityFromSeed(new Uint8Array(32).fill(n)).id)

/** An agent of this process with a configuration file, and a SIGHUP for it. */
async function running(config: object, ...args: string[]) {
  const home = temporary('home')
  const file = join(home, 'config.json')
  const write = (value: unknown): void => {
    writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value))
  }
  write({ preset: 'loopback', ...config })
  const listeners: (() => void)[] = []
  const { context, out, err } = contextOf({
    interrupts: {
      signal: new AbortController().signal,
      name: undefined,
      onHangUp: (listener) => {
        listeners.push(listener)
        return () => undefined
      }
    }
  })
  const line = readArguments(up, ['--home', home, '--json', ...args])
  const given = line as unknown as Given<typeof UP_OPTIONS>
  const settings = settle(UP_OPTIONS, given, context)
  const agent = await createAgent(upInit(settings.values, context))
  const said: string[] = []
  const notifier = new Notifier({ NOTIFY_SOCKET: '/x' }, (assignments) => {
    said.push(...assignments)
    return Promise.resolve(undefined)
  })
  const reloader = new Reloader({ agent, settings, given, context, notifier })
  const told = () =>
    out.text.split('\n').flatMap((text) => (text === '' ? [] : [JSON.parse(text) as object]))
  const next = async (act: () => void) => {
    const before = told().length
    act()
    await expect.poll(() => told().length, { timeout: 10_000 }).toBe(before + 1)
    return told().at(-1)
  }
  const close = async (): Promise<void> => {
    reloader[Symbol.dispose]()
    await agent.stop({ graceMs: 0 })
  }
  const hangUp = () => next(() => listeners.forEach((listener) => listener()))
  return { agent, file, write, next, hangUp, err, said, reloader, [Symbol.asyncDispose]: close }
}

test('a changed file is taken over while the agent runs; what cannot be is said', async () => {
  await using stage = await running({ allow: [alice] })
  const { agent, next, write } = stage
  expect((await agent.info()).admits).toBe('listed')
  const config = { preset: 'loopback', open: true, skills: [skill('echo')], capacity: 3 }
  expect(await next(() => write(config))).toEqual({
    type: 'reloaded',
    changed: ['skills', 'allow', 'open'],
    restart: ['capacity']
  })
  const info = await agent.info()
  expect(info.admits).toBe('everybody')
  expect(info.skills.map(({ name }) => name)).toEqual(['echo'])
  // What needs a restart still needs one at the next change.
  const rest = { ...config, open: false, drain: '9s' }
  expect(await next(() => write(rest))).toMatchObject({
    changed: ['open', 'drain'],
    restart: ['capacity']
  })
  expect(stage.reloader.drainMs).toBe(9000)
  expect((await agent.info()).admits).toBe('nobody')
})

test.for([
  ['{"open": tru', 'not valid JSON'],
  [{ opn: true }, '$.opn: no such key. Did you mean open?'],
  [{ preset: 'loopback', capacity: 0 }, 'a whole number from 1'],
  [{ preset: 'loopback', open: true, skills: ['missing.ts'] }, 'there is no file'],
  [{ preset: 'loopback', open: true, allowFile: 'missing' }, 'cannot be read']
] as const)('a bad file leaves the old one in force: %j', async ([config, message]) => {
  await using stage = await running({ allow: [alice], skills: [skill('echo')] })
  const { agent, next, write } = stage
  expect(await next(() => write(config))).toMatchObject({
    type: 'reload-failed',
    error: { message: expect.stringContaining(message) as unknown }
  })
  const info = await agent.info()
  expect([info.admits, info.skills.length]).toEqual(['listed', 1])
  const good = { preset: 'loopback', allow: [alice, bob], skills: [skill('echo')] }
  expect(await next(() => write(good))).toMatchObject({ type: 'reloaded', changed: ['allow'] })
})

test('a file that is gone leaves everything as it was', async () => {
  await using stage = await running({ allow: [alice] })
  expect(await stage.next(() => rmSync(stage.file))).toMatchObject({
    type: 'reload-failed',
    error: { message: `${stage.file} is gone` }
  })
  expect((await stage.agent.info()).admits).toBe('listed')
})

test('SIGHUP reads it again also when it did not change, and systemd hears of both', async () => {
  await using stage = await running({}, '--open')
  expect(await stage.hangUp()).toEqual({ type: 'reloaded', changed: [], restart: [] })
  expect(stage.said).toEqual([
    'RELOADING=1',
    'READY=1',
    `STATUS=${stage.agent.name} is up; nothing changed`
  ])
  // What the command line says still comes before the file.
  expect(await stage.next(() => stage.write({ open: false, preset: 'loopback' }))).toMatchObject({
    changed: []
  })
  expect((await stage.agent.info()).admits).toBe('everybody')
})
