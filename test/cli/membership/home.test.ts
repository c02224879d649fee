import { expect, test } from 'vitest'
import { lookHome, memberHome, mustRest } from '../../../src/cli/membership/home.ts'
import { contextOf } from '../harness.ts'
import { founded, land } from '../land.ts'

const alice = { home: undefined, name: 'alice' }

test('a home in no network says how to get into one', async () => {
  const { env, home } = land()
  const { context } = contextOf({ env })
  expect(await lookHome(alice, context)).toEqual({ home: home('alice') })
  const message = /is in no network; .*network create <name> --name alice.*join <link> --name alice/
  await expect(memberHome(alice, context)).rejects.toMatchObject({ code: 'NOT_A_MEMBER', message })
})

test('an agent in an open network is told from a member', async () => {
  const it = land()
  await it.run('alice')
  const { context } = contextOf({ env: it.env })
  const message = /in the open network "home", without members/
  await expect(memberHome(alice, context)).rejects.toMatchObject({ code: 'NOT_A_MEMBER', message })
})

test('a member is found whether its agent runs or not', async () => {
  const it = await founded()
  const { context } = contextOf({ env: it.env })
  const resting = await memberHome(alice, context)
  expect(resting.running).toBeUndefined()
  expect(resting.info).toMatchObject({ name: 'lab', admins: 1, members: 1 })
  expect(await mustRest(alice, context, 'rest')).toBe(it.home('alice'))
  const agent = await it.run('alice')
  const up = await memberHome(alice, context)
  expect(up.running?.info.id).toBe(agent.id)
  expect({ id: up.id, info: up.info }).toEqual({ id: resting.id, info: resting.info })
  const message = /alice \(pid \d+\) runs with this home; stop it, rest, and start it again/
  await expect(mustRest(alice, context, 'rest')).rejects.toMatchObject({ message })
})
