import { expect, test } from 'vitest'
import { showStart } from '../../src/cli/start-screen.ts'
import type { StartFacts } from '../../src/cli/start-screen.ts'
import { INFO, PEER } from '../node/control-double.ts'
import { contextOf } from './harness.ts'

const facts: StartFacts = { info: INFO, allowed: 0, allowFile: undefined, mdns: false }

function screen(change: Partial<StartFacts>): string {
  const { context, err } = contextOf()
  showStart({ ...facts, ...change }, context.err)
  return err.text
}

test('nobody may submit, and the flag that changes it is named', () => {
  const text = screen({})
  expect(text).toContain('nobody: let someone in with --allow <peer id>')
  expect(text).toContain(`peerwork up --bootstrap ${INFO.addresses[0]}`)
})

test('how to have work done is one line to copy', () => {
  const text = screen({ info: { ...INFO, skills: PEER.skills } })
  expect(text).toContain(`peerwork run shout --to alice --bootstrap ${INFO.addresses[0]}`)
  expect(text).toContain('isolation process')
})

test('an open agent warns', () => {
  expect(screen({})).not.toContain('OPEN')
  const text = screen({ info: { ...INFO, admits: 'everybody' } })
  expect(text).toContain(' OPEN ')
  expect(text).toContain('everybody who can reach it')
})

test('allowed peers are counted', () => {
  const info = { ...INFO, admits: 'listed' } as const
  expect(screen({ info, allowed: 2 })).toContain('2 allowed peers')
  expect(screen({ info, allowFile: 'friends' })).toContain('the peers in friends')
})
