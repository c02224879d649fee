/** Inputs and outputs of every size on either side of every border. */

import { expect, test } from 'vitest'
import { skill, Stage } from '../helpers/processes.ts'

const KIB = 1024
const MIB = 1024 * KIB
/** A text of so many letters has so many bytes as JSON. */
const QUOTES = 2

/** As JSON: only quotes, one letter, either side of what fits in a frame, and bulk. */
const SIZES = [2, 3, 32 * KIB - 1, 32 * KIB, 32 * KIB + 1, MIB, 16 * MIB]

test('inputs and outputs of every size up to 16 MiB arrive as they were sent', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('echo')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  for (const size of SIZES) {
    // Not all alike, so that a piece in the wrong place is noticed.
    const text = lettersOf(size - QUOTES)
    const { value } = await bob.run<string>('echo', text)
    expect({ size, length: value.length }).toEqual({ size, length: text.length })
    expect(value === text, `${size} bytes came back as they were`).toBe(true)
  }
})

test('an input of one byte more than 16 MiB is refused before anything is sent', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('echo')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const text = lettersOf(16 * MIB + 1 - QUOTES)
  await expect(bob.run('echo', text)).rejects.toMatchObject({
    code: 'INPUT_TOO_LARGE',
    facts: { bytes: 16 * MIB + 1, bytesMax: 16 * MIB }
  })
  expect(await alice.agent.tasks()).toEqual([])
  expect((await bob.run('echo', 'a smaller one')).value).toBe('a smaller one')
})

test('an output of one byte more than 16 MiB fails its task, and the runner goes on', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ skills: [skill('fill')] })
  const bob = await stage.inside({ bootstrap: [alice.address] })
  const most = 16 * MIB - QUOTES
  const tooMuch = bob.run('fill', most + 1)
  await expect(tooMuch).rejects.toMatchObject({ code: 'OUTPUT_TOO_LARGE' })
  const { value } = await bob.run<string>('fill', most)
  expect(value).toHaveLength(most)
})

function lettersOf(count: number): string {
  return 'the quick brown fox jumps over it; '.repeat(count / 35 + 1).slice(0, count)
}
