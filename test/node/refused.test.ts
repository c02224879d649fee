import { expect, test } from 'vitest'
import { Refused } from '../../src/node/refused.ts'
import { createAdmission } from '../../src/tasks/admission.ts'
import { ALICE, BOB } from './control-double.ts'

function open() {
  const it = { now: 0, told: [] as unknown[] }
  const refused = new Refused({ elapsed: () => it.now }, (id) => (id === BOB ? 'bob' : null))
  refused.events.listen((peer) => void it.told.push(peer))
  const plain = createAdmission({ allow: [ALICE], open: false })
  const admission = refused.watching(plain)
  const ask = (peer: string): unknown => {
    try {
      return admission.check(peer)
    } catch (error) {
      return (error as { code?: string }).code
    }
  }
  return { it, plain, ask }
}

test('who is not on the list is told of once in a while, and refused as ever', () => {
  const { it, plain, ask } = open()
  for (let nth = 0; nth < 50; nth++) expect(ask(BOB)).toBe('NOT_ADMITTED')
  expect(ask(ALICE)).toBe(undefined)
  expect(it.told).toEqual([{ id: BOB, name: 'bob' }])
  it.now += 11 * 60_000
  ask(BOB)
  expect(it.told).toHaveLength(2)
  plain.allow(BOB)
  it.now += 11 * 60_000
  expect(ask(BOB)).toBe(undefined)
  expect(it.told).toHaveLength(2)
})

test('made-up peers fill no screen', () => {
  const { it, ask } = open()
  for (let nth = 0; nth < 5_000; nth++) ask(`peer ${nth}`)
  expect(it.told).toHaveLength(16)
  it.now += 60_000
  for (let nth = 0; nth < 5_000; nth++) ask(`other ${nth}`)
  expect(it.told).toHaveLength(22)
})
