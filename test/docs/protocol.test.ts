/** What docs/protocol.md states in bytes and numbers is what the code does. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as constants from '../../src/protocol/constants.ts'
import { KINDS } from '../../src/protocol/signable.ts'
import { VECTORS } from '../protocol/vectors.ts'

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
const vectors: unknown = JSON.parse(readFileSync(VECTORS, 'utf8'))

/** `seals.0.sealed` in the vectors. */
const at = (path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], vectors)

/** The bytes of an annotated dump; every line must begin where the one before it ended. */
function bytesOf(dump: string): string {
  let hex = ''
  for (const line of dump.trimEnd().split('\n')) {
    const { offset, bytes } =
      /^ *(?<offset>\d+): (?<bytes>(?:[0-9a-f]{2} )+) *\|/.exec(line)?.groups ?? {}
    expect(Number(offset), line).toBe(hex.length / 2)
    hex += bytes?.replaceAll(' ', '') ?? ''
  }
  return hex
}

const dumps = [...page.matchAll(/```hex (\S+)\n(.*?)```/gs)]

test('there is a dump of a seal and one of a frame', () => {
  expect(dumps.map(([, path]) => path)).toEqual(['seals.0.sealed', 'frames.2.hex'])
})

test.each(dumps.map(([, path = '', dump = '']) => [path, dump]))(
  'the dump of %s is the vector, byte for byte',
  (path, dump) => {
    expect(bytesOf(dump)).toBe(at(path))
  }
)

test('the table of limits has every limit with its value, and no other', () => {
  const table = page.slice(page.indexOf('## Limits'), page.indexOf('## Versions'))
  const told = Object.fromEntries(
    [...table.matchAll(/`([A-Z_]+)` \| (\d+)/g)].map(([, name, value]) => [name, Number(value)])
  )
  const limits = Object.entries(constants).filter(([name]) => /_(?:MAX|MS)$/.test(name))
  expect(told).toEqual(Object.fromEntries(limits))
})

test('every protocol id and every kind of seal is described', () => {
  const tasks = [constants.TASK_PROTOCOL, constants.BULK_PROTOCOL, constants.CARD_PROTOCOL]
  for (const id of [...tasks, constants.MEMBER_CONNECTION, constants.MEMBER_PROTOCOL]) {
    expect(page).toContain(`## \`${id}\``)
  }
  expect(page).toContain(`## \`${constants.PROBE_PROTOCOL}\``)
  expect(page).toContain(`## \`${constants.PUNCH_PROTOCOL}\``)
  expect(page).toContain(`## \`${constants.FIND_PROTOCOL}\``)
  expect(page).toContain(`## \`${constants.TRACE_SYNC_PROTOCOL}\``)
  expect(page).toContain(`## \`${constants.traceTopic('<network>')}\``)
  for (const [kind, byte] of Object.entries(KINDS)) expect(page).toContain(`| ${kind} | ${byte} |`)
})
