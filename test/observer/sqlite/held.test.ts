import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Control } from '../../../src/observer/sqlite/control.ts'
import { holdingsIn, noteHeld } from '../../../src/observer/sqlite/held.ts'

test('ranges in any order join to what was held, and nothing else', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'peerwork-held-'))
  const control = new Control(dir)
  let boot = 0
  const range = fc.record({ first: fc.nat(40), count: fc.integer({ min: 1, max: 6 }) })
  const asked = fc.property(fc.array(range, { minLength: 1, maxLength: 12 }), (ranges) => {
    const name = (++boot).toString(16).padStart(16, '0')
    const numbers = new Set<number>()
    control.together(() => {
      const log = control.log('p', name)
      for (const [seq, { first, count }] of ranges.entries()) {
        noteHeld(control.db, log, { first, count, digest: Buffer.from([seq]), day: 1, seq })
        for (let at = first; at < first + count; at++) numbers.add(at)
      }
    })
    const holdings = [...holdingsIn(control.db).values()]
    const held = holdings.find((holding) => holding.boot === name)?.held ?? []
    const all = held.flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, n) => from + n)
    )
    expect(all).toEqual([...numbers].toSorted((a, b) => a - b))
    for (const [at, { from }] of held.entries()) {
      if (at > 0) expect(from).toBeGreaterThan(held[at - 1]?.to ?? 0)
    }
  })
  try {
    fc.assert(asked, { numRuns: 60 })
  } finally {
    control.close()
    await rm(dir, { recursive: true })
  }
})
