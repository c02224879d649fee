import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkConfig } from '../../../src/cli/config/check.ts'
import { contextOf, temporary } from '../harness.ts'

async function check(config: object, env: Record<string, string> = {}) {
  const folder = temporary('config')
  const file = join(folder, 'config.json')
  writeFileSync(join(folder, 'chat.ts'), '')
  writeFileSync(join(folder, 'skills.json'), '{"chat": {"secrets": {"key": {"env": "KEY"}}}}')
  writeFileSync(join(folder, 'locked'), '')
  chmodSync(join(folder, 'locked'), 0)
  writeFileSync(file, JSON.stringify(config))
  return checkConfig(file, undefined, contextOf({ env }).context)
}

test('the environment of the command line does not mend or spoil a file', async () => {
  expect(await check({ capacity: 0 }, { PEERWORK_CAPACITY: '2' })).toHaveLength(1)
  expect(await check({ capacity: 2 }, { PEERWORK_CAPACITY: 'many' })).toEqual([])
})

test('a secret that is to come from a variable without a value is a fault', async () => {
  const config = { skills: ['chat.ts'], skillConfig: 'skills.json' }
  expect(await check(config)).toEqual([
    { path: '$.skillConfig', message: expect.stringContaining('$KEY, which is not set') as string }
  ])
  expect(await check(config, { KEY: 'k' })).toEqual([])
})

test('a skill may be a file URL', async () => {
  expect(await check({ skills: [import.meta.url] })).toEqual([])
  const missing = await check({ skills: ['file:///nowhere/a.ts'] })
  expect(missing).toEqual([{ path: '$.skills[0]', message: 'file:///nowhere/a.ts is not there' }])
})

test('what only a file in a home may not say is found there', async () => {
  const home = temporary('home')
  const file = join(home, 'config.json')
  const { context } = contextOf()
  writeFileSync(file, '{"home": "/elsewhere"}')
  expect(await checkConfig(file, home, context)).toMatchObject([{ path: '$.home' }])
  expect(await checkConfig(file, undefined, context)).toEqual([])
  writeFileSync(file, '{"skills": ["chat.ts", "skills/chat.ts"]}')
  mkdirSync(join(home, 'skills'))
  for (const path of ['chat.ts', 'skills/chat.ts']) writeFileSync(join(home, path), '')
  expect(await checkConfig(file, home, context)).toEqual([
    { path: '$.skills[0]', message: expect.stringContaining('and the agent') as string }
  ])
})
