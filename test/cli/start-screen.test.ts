import { expect, test } from 'vitest'
import { showStart } from '../../src/cli/start-screen.ts'
import type { StartFacts } from '../../src/cli/start-screen.ts'
import type { AgentInfo } from '../../src/node/api.ts'
import type { MembershipInfo } from '../../src/node/membership/api.ts'
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

const DAY_MS = 86_400_000
const membership: MembershipInfo = {
  ...{ network: 'lab.0123456789abcdef', name: 'lab', owner: INFO.id, admins: 1, members: 3 },
  ...{ roles: ['submit', 'execute', 'observe', 'admin'], expires: Date.now() + 200 * DAY_MS },
  problems: []
}
const member: AgentInfo = { ...INFO, network: membership.network, admits: 'members', membership }

test('a member sees its network, its roles, until when, and how to let others in', () => {
  const choice = { home: undefined, name: 'alice' }
  const text = screen({ info: { ...member, skills: PEER.skills }, choice })
  expect(text).toMatch(/^ +network +lab$/m)
  expect(text).toMatch(/^ +owner +12D3KooW\w{44}$/m)
  expect(text).toMatch(/^ +roles +submit, execute, observe, admin$/m)
  expect(text).toMatch(/^ +until +20.*\(in 200 days\)$/m)
  expect(text).toMatch(/^ +members +3$/m)
  expect(text).toMatch(/^ +submit +members with the role submit$/m)
  expect(text).toContain('peerwork invite --name alice')
  expect(text).toContain("peerwork run shout --to alice --input '{…}'")
  expect(text).not.toMatch(/--bootstrap|--allow|ends in/)
})

test('a member that is no admin renews itself and is not told to invite', () => {
  const few: MembershipInfo = { ...membership, roles: ['submit'], members: 1 }
  const info = { ...member, membership: few }
  const text = screen({ info })
  expect(text).toMatch(/until .*, renews itself$/m)
  expect(text).toContain('no others are known yet')
  expect(text).not.toContain('peerwork invite')
})

test('an admin is warned 30 days before its certificate ends', () => {
  const soon = { ...membership, expires: Date.now() + 20 * DAY_MS }
  const text = screen({ info: { ...member, membership: soon } })
  expect(text.replaceAll(/\s+/g, ' ')).toContain('ends in 20 days. Renew it where the owner')
})

test('on a terminal a long description goes on below itself, and addresses stay whole', () => {
  const description = 'Analyse an English text or Markdown document: sentences, entities and more'
  const skills = PEER.skills.map((skill) => ({ ...skill, description }))
  const { context, err } = contextOf({ tty: true, env: { NO_COLOR: '1' } })
  showStart({ ...facts, info: { ...INFO, skills } }, context.err)
  const [table = ''] = err.text.split('Others join')
  const long = table.split('\n').filter((line) => line.length > 80 && !line.includes('/ip4/'))
  expect(long).toEqual([])
  expect(table).toContain(INFO.addresses[0])
})
