import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createAgent } from '../../src/node/agent.ts'

const made: string[] = []
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

test('an agent without a name is called by the end of its id', async () => {
  await using agent = await createAgent({ preset: 'loopback' })
  expect(agent.name).toBe(`agent-${agent.id.slice(-6)}`)
})

test('a start that fails gives its home back: the next one can have it', async () => {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-assemble-'))
  made.push(home)
  const broken = createAgent({ preset: 'loopback', home, listen: ['/ip4/203.0.113.7/tcp/1'] })
  await expect(broken).rejects.toMatchObject({ code: 'BAD_ADDRESS' })
  await using agent = await createAgent({ preset: 'loopback', home })
  expect((await agent.info()).home).toBe(home)
})
