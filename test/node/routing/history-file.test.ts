import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { keepHistory } from '../../../src/node/routing/history-file.ts'

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-history-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  return home
}
const now = (): number => 1_000

test('what was learned is there after a restart, for its owner alone', () => {
  const home = newHome()
  const first = keepHistory(home, now)
  first.history.note('a', 'lost')
  first[Symbol.dispose]()
  expect(statSync(join(home, 'routing.json')).mode & 0o777).toBe(0o600)
  using second = keepHistory(home, now)
  expect(second.history.of('a').trouble).toBe(1)
})

test('nothing is written when nothing was learned, nor without a home', () => {
  const home = newHome()
  keepHistory(home, now)[Symbol.dispose]()
  expect(readdirSync(home)).toEqual([])
  const homeless = keepHistory(undefined, now)
  homeless.history.note('a', 'lost')
  homeless[Symbol.dispose]()
})

test('a broken file, and a home that is gone, cost the memory and nothing else', () => {
  const home = newHome()
  writeFileSync(join(home, 'routing.json'), '{"v":1,"peers":[["a"')
  const kept = keepHistory(home, now)
  kept.history.note('a', 'lost')
  rmSync(home, { recursive: true })
  expect(() => kept[Symbol.dispose]()).not.toThrow()
})
