import { expect, test } from 'vitest'
import { OUTPUT_BYTES_MAX } from '../../src/protocol/constants.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { Account } from '../../src/tasks/account.ts'
import { partialFor } from '../../src/tasks/partial.ts'

const account = (bytes?: number) =>
  new Account(
    { wallMs: 1, depth: 0, ...(bytes === undefined ? {} : { bytes }) },
    { cpuMs: 0, rssBytes: 0 }
  )
const spent = new PeerworkError('BUDGET_EXCEEDED', '')
const json = Buffer.from('{"n":1}')

test('time and budget leave a part behind, other failures do not', () => {
  expect(partialFor(spent, json, account())).toBe(json)
  expect(partialFor(new PeerworkError('DEADLINE_EXCEEDED', ''), json, account())).toBe(json)
  for (const code of ['CANCELED', 'SKILL_FAILED', 'SKILL_CRASHED'] as const) {
    expect(partialFor(new PeerworkError(code, ''), json, account())).toBeUndefined()
  }
})

test('a part that is no JSON, too large or never named is none', () => {
  expect(partialFor(spent, undefined, account())).toBeUndefined()
  expect(partialFor(spent, Buffer.from('{"n":'), account())).toBeUndefined()
  expect(partialFor(spent, json, account(6))).toBeUndefined()
  expect(partialFor(spent, json, account(7))).toBe(json)
  const huge = Buffer.alloc(OUTPUT_BYTES_MAX + 1, 0x20)
  expect(partialFor(spent, huge, account())).toBeUndefined()
})
