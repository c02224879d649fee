import { expect, test } from 'vitest'
import { expectPlain, run, up, world } from '../processes.ts'

test('skills are shown with who offers them, and their schemas on request', async () => {
  const where = world()
  await using alice = await up(where, 'alice', '--skill', 'skills/shout.ts')
  const own = await run(where, ['skills', '--name', 'alice'])
  expect(own.out).toBe('shout  by alice (this agent)\n  Say it louder.\n')
  const schema = await run(where, ['skills', 'shout', '--schema', '--name', 'alice'])
  expect(schema.out).toContain('"maxLength": 10000')
  expectPlain(own.out + schema.out)
  const network = ['--preset', 'loopback', '--bootstrap', alice.address, '--wait', '1500ms']
  const other = await run(where, ['skills', '--name', 'bob', '--json', ...network])
  expect(JSON.parse(other.out)).toMatchObject({
    skills: [{ name: 'shout', by: { id: alice.info.id, name: 'alice', self: false } }]
  })
  const missing = await run(where, ['skills', 'sing', '--name', 'alice'])
  expect(missing.code).toBe(3)
  expect(missing.err).toContain('no agent in reach offers "sing"')
})
