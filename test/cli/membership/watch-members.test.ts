import { expect, test } from 'vitest'
import { changesOf, watchMembers } from '../../../src/cli/membership/watch-members.ts'
import type { Member } from '../../../src/node/membership/api.ts'
import { MEMBER } from '../../node/control-double.ts'
import { contextOf } from '../harness.ts'

const types = (before: readonly Member[], now: readonly Member[]): string[] =>
  [...changesOf(before, now)].map(({ type }) => type)

test('what changes between two looks is told, and nothing else', () => {
  const out = { ...MEMBER, state: 'revoked' } as const
  expect(types([], [MEMBER])).toEqual(['joined'])
  expect(types([], [out])).toEqual([])
  expect(types([MEMBER], [MEMBER])).toEqual([])
  expect(types([MEMBER], [{ ...MEMBER, expires: 2_000 }])).toEqual(['changed'])
  expect(types([MEMBER], [{ ...MEMBER, roles: ['submit'] }])).toEqual(['changed'])
  expect(types([MEMBER], [{ ...MEMBER, connected: false }])).toEqual(['offline'])
  expect(types([{ ...MEMBER, connected: false }], [MEMBER])).toEqual(['online'])
  expect(types([MEMBER], [{ ...out, connected: false }])).toEqual(['left', 'offline'])
  expect(types([out], [MEMBER])).toEqual(['joined'])
})

test('it looks until it is interrupted', async () => {
  const stop = new AbortController()
  const { context, out } = contextOf({ interrupts: { signal: stop.signal, name: 'SIGINT' } })
  const looks: (readonly Member[])[] = [[MEMBER], [{ ...MEMBER, connected: false }]]
  const agent = {
    members: () => {
      const now = looks.shift() ?? []
      if (looks.length === 0) stop.abort()
      return Promise.resolve(now)
    }
  }
  await watchMembers(agent, context, false)
  expect(out.text).toMatch(/^\+ bob 12D3KooW\w{6} is a member: submit, execute, observe, online/)
  expect(out.text).toMatch(/\n○ bob 12D3KooW\w{6} is offline/)
})
