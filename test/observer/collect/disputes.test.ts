import { beforeEach, expect, test } from 'vitest'
import type { HeldLog } from '../../../src/node/trace/api.ts'
import { Disputes } from '../../../src/observer/collect/disputes.ts'
import { KnownLogs } from '../../../src/observer/collect/known-logs.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import { chain } from '../../node/trace/samples.ts'
import { alice } from '../../protocol/samples.ts'

let elapsed: number
let logs: KnownLogs
let read: number
let disputes: Disputes

beforeEach(() => {
  ;[elapsed, read] = [0, 0]
  const clock = { elapsed: () => elapsed }
  logs = new KnownLogs(clock)
  const store = {
    batches: () => {
      read++
      return Promise.resolve([])
    }
  }
  disputes = new Disputes({ clock, logs, store })
})

/** So many starts of alice, of each of which one batch is held; and lists that deny it. */
function held(starts: number): HeldLog[] {
  return Array.from({ length: starts }, (_, nth) => {
    const batch = chain(nth + 1).next(10)
    const name = { by: alice.id, boot: toHex(batch.body.boot) }
    logs.meet(name)?.add(batch)
    return { ...name, ranges: [{ from: 0, to: 10 }], forks: [], tip: tip(0, 'ff') }
  })
}
const tip = (first: number, digest: string) => ({ first, digest })

test('another last batch is asked for, once, and anew after that failed', async () => {
  const list = held(1)
  const [first, ...others] = await disputes.of('mallory', list, 8)
  expect(first?.ask).toMatchObject({ by: alice.id, ranges: [{ from: 0, to: 1 }] })
  expect(others).toEqual([])
  expect(await disputes.of('mallory', list, 8)).toEqual([])
  first?.forget()
  expect(await disputes.of('mallory', list, 8)).toHaveLength(1)
})

test('all forks of one log are one question, and known ones are none', async () => {
  const [one] = held(1)
  const { tip: _same, ...list } = { ...one!, forks: [0, 4, 8] }
  logs.get(list)?.fork(4)
  const [dispute] = await disputes.of('mallory', [list], 8)
  expect(dispute?.ask.ranges).toEqual([
    { from: 0, to: 1 },
    { from: 8, to: 9 }
  ])
})

test('invented disputes make a few questions a list, and one in half a minute later', async () => {
  const list = held(40)
  const asked = async (): Promise<number> => (await disputes.of('mallory', list, 8)).length
  expect([await asked(), await asked(), await asked()]).toEqual([8, 8, 0])
  elapsed = 30_000
  expect([await asked(), await asked()]).toEqual([1, 0])
  expect(await disputes.of('bob', list, 8)).toHaveLength(8)
})

test('a list makes us read so much of the store, and no more', async () => {
  const list = held(250).map((one) => ({ ...one, tip: tip(5, 'ff') }))
  await disputes.of('mallory', [...list, ...list], 8)
  expect(read).toBe(256)
})
