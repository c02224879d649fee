import { expect, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import type { HeldLog, LogName, TraceShelf } from '../../../src/node/trace/api.ts'
import { BatchStore } from '../../../src/node/trace/batch-store.ts'
import { Heads } from '../../../src/node/trace/heads.ts'
import { OwnLog } from '../../../src/node/trace/own-log.ts'
import { list } from '../../../src/node/trace/serve-list.ts'
import { toHex } from '../../../src/protocol/canonical.ts'
import type { SyncEntry, SyncListPlace } from '../../../src/protocol/trace-sync.ts'
import { alice, bob, mallory } from '../../protocol/samples.ts'
import { chain, own } from './samples.ts'

function setup() {
  const log = new OwnLog({
    ...{ open: () => new BatchStore(undefined), elapsed: () => 0, trouble: () => undefined }
  })
  const [older, batches] = [chain(1), chain(2)]
  const heads = new Heads({
    ...{ identity: alice, network: 'home', clock: systemClock, listened: () => false },
    facts: () => ({ boot: batches.boot, next: 0, oldest: 0, dropped: 0, tailed: false })
  })
  const shelves = new Set<TraceShelf>()
  const ask = async (after?: SyncListPlace) => {
    const options = { self: alice.id, log, shelves, heads, boot: batches.boot }
    const entries: SyncEntry[] = []
    let more: boolean | undefined
    for await (const frame of list(after, options)) {
      if (frame.kind !== 'answer') continue
      if (frame.answer.type === 'held') entries.push(...frame.answer.entries)
      if (frame.answer.type === 'end') ({ more } = frame.answer)
    }
    const last = entries.at(-1)
    return { entries, more, last: last && { by: last.by, boot: last.boot } }
  }
  return { log, older, batches, shelves, ask }
}

/** As an observer keeps them: in order, and no more than was asked for. */
function shelf(kept: readonly HeldLog[]): TraceShelf {
  const key = ({ by, boot }: LogName) => `${by} ${boot}`
  const sorted = kept.toSorted((one, other) => (key(one) < key(other) ? -1 : 1))
  return {
    held: (after, limit) => {
      const rest = sorted.filter((one) => after === undefined || key(one) > key(after))
      return Promise.resolve(rest.slice(0, limit))
    },
    batches: () => Promise.resolve([])
  }
}

const startOf = (nth: number): string => nth.toString(16).padStart(16, '0')
const logs = (by: string, count: number): HeldLog[] =>
  Array.from({ length: count }, (_, nth) => {
    return { by, boot: startOf(nth), ranges: [{ from: 0, to: 9 }], forks: [] }
  })
const nameOf = ({ by, boot }: SyncEntry): string => `${by} ${toHex(boot)}`

test('a log in many pieces is listed whole, and ours before what is kept of others', async () => {
  const { log, batches, shelves, ask } = setup()
  for (let nth = 0; nth < 140; nth++) {
    const sealed = batches.next(1)
    if (nth % 2 === 0) log.append([own(sealed)])
  }
  shelves.add(shelf(logs(bob.id, 5_000)))
  const { entries, more } = await ask()
  const ours = entries.filter(({ by }) => by === alice.id)
  expect(entries.slice(0, 3)).toEqual(ours)
  expect(ours.map(({ ranges }) => ranges.length)).toEqual([6, 32, 32])
  expect(ours.map(({ head }) => head !== undefined)).toEqual([false, false, true])
  expect(ours.flatMap(({ ranges }) => ranges)).toEqual(log.held(batches.boot))
  expect([entries.length, more]).toEqual([4_096, true])
})

test('asked for what follows until nothing does, a holder lists every log once', async () => {
  const { log, older, shelves, ask } = setup()
  log.append([own(older.next(5))])
  const kept = [...logs(bob.id, 5_000), ...logs(mallory.id, 4_000), ...logs(alice.id, 3)]
  shelves.add(shelf(kept))
  const [listed, sizes]: [SyncEntry[], number[]] = [[], []]
  let after: SyncListPlace | undefined
  for (let more: boolean | undefined = true; more === true;) {
    const page = await ask(after)
    listed.push(...page.entries)
    sizes.push(page.entries.length)
    ;({ more, last: after } = page)
  }
  expect(sizes).toEqual([4_096, 4_096, 810])
  const names = listed.map(nameOf)
  expect(new Set(names).size).toBe(9_002)
  expect(names.slice(0, 2)).toEqual([1, 2].map((n) => `${alice.id} ${`0${n}`.repeat(8)}`))
})

test('what was removed meanwhile leaves no hole in a list that goes on', async () => {
  const { shelves, ask } = setup()
  const kept = logs(bob.id, 4_200)
  shelves.add(shelf(kept))
  const { last } = await ask()
  shelves.clear()
  shelves.add(shelf(kept.filter(({ boot }) => boot !== toHex(last!.boot))))
  const rest = await ask(last)
  expect(toHex(rest.entries[0]!.boot)).toBe(startOf(4_095))
  expect([rest.entries.length, rest.more]).toEqual([105, false])
})

test('a log of more pieces than fit beside others is listed with what follows', async () => {
  const { shelves, ask } = setup()
  const ranges = Array.from({ length: 64 }, (_, nth) => ({ from: 2 * nth, to: 2 * nth + 1 }))
  const wide = { by: bob.id, boot: startOf(4_094), ranges, forks: [] }
  shelves.add(shelf([...logs(bob.id, 4_094), wide]))
  const first = await ask()
  expect([first.entries.length, first.more]).toEqual([4_095, true])
  const rest = await ask(first.last)
  expect(rest.entries.map(({ ranges: some }) => some.length)).toEqual([32, 32])
  expect(rest.more).toBe(false)
})
