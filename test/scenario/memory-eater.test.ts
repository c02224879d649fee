/** A skill that takes all the memory it can get. */

import { expect, test } from 'vitest'
import { isAlive, reached, skill, Stage } from '../helpers/processes.ts'

test.for(['heap', 'buffers'])(
  'a skill that eats memory (%s) fails alone; its neighbours do not notice',
  async (of) => {
    await using stage = new Stage()
    const skills = ['hungry', 'wait', 'count'].map(skill)
    const alice = await stage.start({ skills, capacity: 4 })
    const bob = await stage.start({ bootstrap: [alice.address] })
    const before = await bob.agent.run<Counted>('count', {})
    const neighbour = bob.agent.submit('wait', { ms: 60_000 })
    const working = reached(neighbour, 'progress')
    const eating = bob.agent.run('hungry', { of })
    await expect(eating).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' })
    // The neighbour was in the middle of its work, and still is.
    await working
    const state = (await alice.agent.tasks()).find(({ id }) => id === neighbour.id)?.state
    expect(state).toBe('working')
    await neighbour.cancel()
    await expect(neighbour.result).rejects.toMatchObject({ code: 'CANCELED' })
    // The same process as before goes on counting, so it was not touched.
    const after = await bob.agent.run<Counted>('count', {})
    expect(after.value).toEqual({ n: 0, run: 2, boot: before.value.boot })
    expect(isAlive(alice.pid)).toBe(true)
  }
)

interface Counted {
  readonly n: number
  readonly run: number
  readonly boot: string
}
