import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { skill, Stage, until } from '../helpers/processes.ts'

const SOURCE = pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href
let stage: Stage

beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage[Symbol.asyncDispose]())

test('a requester that is killed mid-task takes its work with it, after a second', async () => {
  const alice = await stage.inside({ skills: [skill('wait')], name: 'alice' })
  const source = `import { createAgent } from '${SOURCE}'
    const bob = await createAgent({ preset: 'loopback', bootstrap: ['${alice.addresses[0]}'] })
    for await (const event of bob.submit('wait', { ms: 60_000 })) console.log(event.type)`
  const args = ['--conditions=source', '--input-type=module', '-e', source]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  child.stdout.on('data', (data: Buffer) => (said += data.toString()))
  await until('it works', () => said.includes('progress'), 20_000)
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  const begin = performance.now()
  await until('given up', async () => (await alice.tasks())[0]?.state === 'canceled', 5_000)
  expect(performance.now() - begin).toBeGreaterThan(500)
  expect((await alice.info()).load.running).toBe(0)
})

test('an executor that is killed is PEER_LOST within two seconds', async () => {
  const alice = await stage.start({ skills: [skill('wait'), skill('flood')] })
  const bob = await stage.inside({ name: 'bob' })
  await bob.connect(alice.address)
  const waiting = bob.submit('wait', { ms: 60_000 })
  const flood = bob.submit('flood', { chunks: 1_000_000, size: 1_000 })
  for await (const event of waiting) if (event.type === 'progress') break
  for await (const event of flood) if (event.type === 'chunk') break
  const begin = performance.now()
  await alice.kill()
  await expect(waiting.result).rejects.toMatchObject({ code: 'PEER_LOST' })
  await expect(flood.result).rejects.toMatchObject({ code: 'PEER_LOST' })
  expect(performance.now() - begin).toBeLessThan(2_000)
})
