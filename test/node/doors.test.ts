import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Stage } from '../helpers/processes.ts'

let stage: Stage
beforeEach(() => {
  stage = new Stage()
})
afterEach(() => stage[Symbol.asyncDispose]())

test('metrics are served where the agent says, until it stops', async () => {
  const agent = await stage.inside({ metrics: 0, name: 'alice' })
  const { metrics } = await agent.info()
  const health = await (await fetch(`${metrics}/healthz`)).json()
  expect(health).toMatchObject({ status: 'degraded', agent: { name: 'alice' }, peers: 0 })
  await agent.stop()
  await expect(fetch(`${metrics}/healthz`)).rejects.toThrow('fetch failed')
})

test('without being asked for there are none', async () => {
  expect(await (await stage.inside()).info()).not.toHaveProperty('metrics')
})

test('when one door cannot be opened, the other is closed again', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const home = stage.home()
  await expect(stage.inside({ home, metrics: port })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  expect(existsSync(join(home, 'control.sock'))).toBe(false)
  taken.close()
  await expect(stage.inside({ home, metrics: 0 })).resolves.toMatchObject({
    id: expect.any(String)
  })
})
