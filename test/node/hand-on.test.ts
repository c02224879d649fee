import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../src/node/clock.ts'
import { handOn } from '../../src/node/hand-on.ts'
import type { Submitter } from '../../src/node/submit.ts'
import type { Agent } from '../../src/index.ts'
import { PeerworkError } from '../../src/protocol/errors.ts'
import { SharedFields } from '../../src/protocol/trace.ts'
import { Company } from '../helpers/company.ts'
import { skill, until } from '../helpers/processes.ts'

let stage: Company
let ben: Agent
let cleo: Agent
let ada: Agent

beforeAll(async () => {
  stage = new Company()
  ben = await stage.inside({ name: 'ben', skills: ['relay'].map(skill) })
  cleo = await stage.inside({ name: 'cleo', skills: ['partly', 'echo'].map(skill) })
  ada = await stage.inside({ name: 'ada' })
  for (const agent of [cleo, ada]) await agent.connect(ben.addresses[0] ?? '')
  await until('Ben knows both', async () => (await ben.peers()).length === 2)
})
afterAll(() => stage[Symbol.asyncDispose]())

test('a part that failed counts against the budget of the whole', async () => {
  const steps = [{ skill: 'partly', to: cleo.id }]
  const work = { steps: 3, ms: 30, tokens: 4 }
  const ask = (tokens: number) =>
    ada.run('relay', { spend: 2, steps, work }, { to: ben.id, budget: { tokens } })
  // The part may use 8 and is stopped at 12: with the 2 of the relay that is 14.
  await expect(ask(10)).rejects.toMatchObject({ facts: { what: 'tokens', used: 14, limit: 10 } })
  expect((await ask(14)).value).toEqual({ done: 3 })
})

test('a part that may not be handed on any further is not even signed', async () => {
  const nobody = {} as Submitter
  const fields = {
    ...{ trace: 'ab'.repeat(16), span: 'cd'.repeat(8), task: '11'.repeat(16) },
    ...{ skill: 'echo', peer: 'x' },
    side: 'executor' as const
  }
  const request = {
    ...{ skill: 'echo', input: Buffer.from('1'), options: {}, budget: { wallMs: 1, depth: -1 } },
    signal: new AbortController().signal
  }
  const parent = { fields: new SharedFields(fields), path: [] }
  const failed = handOn(nobody, { emit: () => systemClock.now() }, parent, request)
  await expect(failed).rejects.toBeInstanceOf(PeerworkError)
  await expect(failed).rejects.toMatchObject({ code: 'DEPTH_EXCEEDED' })
})
