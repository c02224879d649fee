import { expect, test } from 'vitest'
import { letInUntilUsed } from '../../../src/cli/membership/let-in.ts'
import type { Member } from '../../../src/node/membership/api.ts'
import { INVITATION, MEMBER } from '../../node/control-double.ts'
import { contextOf } from '../harness.ts'

const values = { home: undefined, name: 'alice', json: false }
const invitation = { ...INVITATION, uses: 2, expires: Date.now() + 60_000 }
const eve: Member = { ...MEMBER, id: '12D3KooWEve', name: 'eve' }

/** A roster that has one more member at every look. */
function growing(...members: readonly Member[]) {
  let looks = 0
  return { members: () => Promise.resolve(members.slice(0, ++looks)) } as unknown as Parameters<
    typeof letInUntilUsed
  >[0]['agent']
}

test('it stays until all have come, and tells each', async () => {
  const { context, err } = contextOf()
  const here = { ...MEMBER, id: '12D3KooWAlice', name: 'alice' }
  const agent = growing(here, MEMBER, eve)
  await letInUntilUsed({ agent }, invitation, { stay: true, values, context })
  expect(err.text).toMatch(/\+ bob .* has joined[^]*\+ eve .* has joined[^]*all have come/)
  expect(err.text).not.toContain('+ alice')
  expect(err.text).toContain('peerwork up --name alice')
})

test('Ctrl-C ends it before', async () => {
  const stop = new AbortController()
  const { context, err } = contextOf({ interrupts: { signal: stop.signal, name: 'SIGINT' } })
  const staying = letInUntilUsed({ agent: growing() }, invitation, { stay: true, values, context })
  await expect.poll(() => err.text).toContain('waiting for newcomers')
  stop.abort()
  await staying
  expect(err.text).toContain('0 of 2 came')
})

test('who shall not stay is told who has to', async () => {
  const { context, err } = contextOf()
  await letInUntilUsed({ agent: growing() }, invitation, { stay: false, values, context })
  expect(err.text).toBe('  Newcomers need this agent: start it with peerwork up --name alice\n')
})
