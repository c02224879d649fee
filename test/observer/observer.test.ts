import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { createLogs } from '../../src/node/logger.ts'
import { openObserver } from '../../src/observer/observer.ts'
import type { SpanPart } from '../../src/observer/model.ts'
import { skill, Stage, until } from '../helpers/processes.ts'

const clock = systemClock
const TRACE = 'ab'.repeat(16)
const call: SpanPart = {
  ...{ trace: TRACE, span: 'cd'.repeat(8), source: { kind: 'key', by: 'k' }, kind: 'model' },
  ...{ model: 'house', startUs: clock.now() * 1_000, tokens: { input: 1_000_000 } }
}

function temporary(): string {
  const dir = join(mkdtempSync(join(tmpdir(), 'peerwork-observer-')), 'data')
  onTestFinished(() => rmSync(join(dir, '..'), { recursive: true, force: true }))
  return dir
}

test('the directory is made for its owner alone, and two observers do not share it', async () => {
  const dir = temporary()
  {
    await using _ = await openObserver({ dir, clock })
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    await expect(openObserver({ dir, clock })).rejects.toMatchObject({ code: 'HOME_IN_USE' })
  }
  await using again = await openObserver({ dir, clock })
  expect(again.prices.entries).toEqual([])
})

test("an operator's own prices count, and a table of another shape stops it", async () => {
  const dir = temporary()
  await (await openObserver({ dir, clock }))[Symbol.asyncDispose]()
  const price = { model: 'house', from: '2020-01-01', input: 2, output: 4 }
  writeFileSync(join(dir, 'prices.json'), JSON.stringify([price]))
  {
    await using observer = await openObserver({ dir, clock })
    expect(observer.prices.entries).toHaveLength(1)
    await observer.intake.take([{ spans: [call], handoffs: [], facts: [] }])
    const found = await observer.store.trace(TRACE)
    expect(found).toMatchObject({ cost: 2, costSource: 'estimated' })
  }
  writeFileSync(join(dir, 'prices.json'), '[{"model": "house"}]')
  await expect(openObserver({ dir, clock })).rejects.toMatchObject({ code: 'BAD_OPTION' })
})

test('what agents tell goes the same way: priced, stored, and seen by who looks on', async () => {
  await using stage = new Stage()
  const alice = await stage.start({ name: 'alice', skills: [skill('count')] })
  const ears = await stage.inside({ name: 'observer', bootstrap: [alice.address] })
  await using observer = await openObserver({ dir: temporary(), clock })
  const heard = new Set<string>()
  observer.intake.listen((entries) => {
    for (const { spans } of entries) for (const { trace } of spans) heard.add(trace)
  })
  const log = createLogs({ level: 'silent', rooms: {} }, 'observer')('node')
  const names = { [alice.id]: 'alice' }
  const init = { traces: ears.traces, nameOf: (id: string) => names[id], log }
  await using _ = await observer.collect(init)
  const { trace } = await ears.run('count', {})
  await until('both sides were told', async () => (await spansOf()).length === 2)
  const spans = await spansOf()
  expect(spans.map(({ agent }) => agent)).toContain('alice')
  expect(heard.has(trace)).toBe(true)
  async function spansOf() {
    return (await observer.store.spans(trace, { limit: 10 })).items
  }
})
