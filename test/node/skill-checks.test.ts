import { expect, test } from 'vitest'
import { SkillChecks } from '../../src/node/skill-checks.ts'
import { cardBody } from '../protocol/samples.ts'
import { createField } from './routing/field.ts'

const offer = cardBody().skills[0]
const withInput = (input: string) => ({ skills: offer === undefined ? [] : [{ ...offer, input }] })
const asked = (value: unknown) => ({ skill: 'shout', input: Buffer.from(JSON.stringify(value)) })

async function peerWith(input: string) {
  const [peer] = (await createField(withInput(input))).peers.all()
  if (peer === undefined) throw new Error('nobody there')
  return peer
}

test('an input is checked against what the peer offers', async () => {
  const peer = await peerWith('{"type":"object","required":["text"]}')
  const checks = new SkillChecks()
  expect(checks.fault(peer, asked({ text: 'a' }))).toBeUndefined()
  expect(checks.fault(peer, asked({}))).toContain('text')
  expect(checks.faultOf(peer, asked({}))).toContain('text')
  expect(checks.of(peer, 'shout')).toBe(checks.of(peer, 'shout'))
})

test('a verdict holds for this input at this offer, and for no other', async () => {
  const [strict, lax] = [await peerWith('{"type":"string"}'), await peerWith('{}')]
  const checks = new SkillChecks()
  const ask = asked(1)
  expect(checks.faultOf(strict, ask)).toContain('string')
  expect(checks.fault(lax, ask)).toBeUndefined()
  expect(checks.fault(strict, ask)).toContain('string')
})

test('a skill that is gone, and a schema that cannot be used, are told', async () => {
  const peer = await peerWith('{}')
  const checks = new SkillChecks()
  expect(() => checks.of(peer, 'sing')).toThrow(expect.objectContaining({ code: 'SKILL_UNKNOWN' }))
  expect(checks.faultOf(peer, { ...asked(1), skill: 'sing' })).toContain('sing is gone')
  const deep = await peerWith(`${'{"not":'.repeat(28)}{}${'}'.repeat(28)}`)
  expect(checks.faultOf(deep, asked(1))).toContain('deep')
  expect(() => checks.of(deep, 'shout')).toThrow(expect.objectContaining({ code: 'MALFORMED' }))
})
