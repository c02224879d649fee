import { expect, test } from 'vitest'
import { peerLine, skillNames } from '../../src/cli/peer-line.ts'
import { PEER } from '../node/control-double.ts'
import { contextOf } from './harness.ts'

const { out } = contextOf().context

test('who joins is told with what it offers', () => {
  expect(peerLine({ type: 'joined', peer: PEER }, out)).toMatch(
    /^\+ bob 12D3KooW\w{6} found by bootstrap, offers shout since \d\d:/
  )
})

test('who is reached through a relay is told as such', () => {
  const peer = { ...PEER, link: 'relayed' } as const
  expect(peerLine({ type: 'joined', peer }, out)).toContain('by bootstrap through a relay,')
})

test('who was known before is told in words', () => {
  const peer = { ...PEER, via: 'remembered' } as const
  expect(peerLine({ type: 'joined', peer }, out)).toContain(' found where it was before, offers')
})

test('who leaves is told with the reason', () => {
  const event = { type: 'left', peer: PEER, reason: 'gone\u001b[31m' } as const
  expect(peerLine(event, out)).toMatch(/^- bob \S+ left: gone$/)
})

test('a change is told as what is offered now', () => {
  const peer = { ...PEER, skills: [] }
  expect(peerLine({ type: 'changed', peer }, out)).toContain('now offers nothing')
  expect(skillNames(peer)).toBe('')
})
