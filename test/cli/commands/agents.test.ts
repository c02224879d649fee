import { expect, test } from 'vitest'
import { run, up, world } from '../processes.ts'
import { peerwork, temporary } from '../harness.ts'

test('several agents run side by side, each by its name, and are listed', async () => {
  const where = world()
  const home = temporary('elsewhere')
  await using alice = await up(where, 'alice')
  {
    await using bob = await up(where, 'bob', '--home', home)
    expect(alice.address).not.toBe(bob.address)
    const { out } = await run(where, ['agents', '--json'])
    const { agents } = JSON.parse(out) as { agents: object[] }
    expect(agents).toHaveLength(2)
    expect(agents).toContainEqual(
      expect.objectContaining({ name: 'alice', running: true, id: alice.info.id })
    )
    expect(agents).toContainEqual(expect.objectContaining({ name: 'bob', home, running: true }))
  }
  const { out, err, code } = await run(where, ['agents'])
  expect(code).toBe(0)
  expect(out).toMatch(/^● alice {2}network home, pid \d+, up .*, 0 tasks .*agents\/alice\n$/)
  expect(err).toContain('one home has no running agent: peerwork agents --all')
  expect((await run(where, ['agents', '--all'])).out).toMatch(
    /^○ peerwork-elsewhere-\w+ +does not run/m
  )
})

test('without any it says how to start one', async () => {
  const { out, err, code } = await peerwork(['agents'], { env: { XDG_DATA_HOME: temporary('d') } })
  expect([out, code]).toEqual(['', 0])
  expect(err).toContain('peerwork up')
})
