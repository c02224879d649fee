import { expect, test } from 'vitest'
import { askAround } from '../../../src/node/membership/ask-around.ts'
import type { Round } from '../../../src/node/membership/ask-around.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import type { Verdict } from '../../../src/protocol/membership/handshake.ts'
import { BEN_SHOWS } from './people.ts'

const refuse = (code: 'DIAL_FAILED' | 'NO_ADMIN' | 'INVITATION_INVALID', text: string): never => {
  throw new PeerworkError(code, text)
}
const silent = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new PeerworkError('DIAL_FAILED', 'silent')))
  })
const check = (): void => undefined

function roundOf(answers: Record<string, (signal: AbortSignal) => Promise<Verdict> | Verdict>) {
  const asked: string[] = []
  const round: Round = {
    ask: async (address, signal) => answers[address]!(signal),
    asked: (address) => void asked.push(address),
    check
  }
  return { asked, round }
}

test('a silent address keeps nobody waiting, and is let go when another one answers', async () => {
  let ended = false
  const { asked, round } = roundOf({
    first: async (signal) => silent(signal).finally(() => (ended = true)),
    second: () => ({ credential: BEN_SHOWS, addresses: ['third'] })
  })
  const found = await askAround(['first', 'second'], round)
  expect(found).toEqual({ credential: BEN_SHOWS, addresses: ['second', 'first', 'third'] })
  expect(asked).toEqual(['first', 'second'])
  expect(ended).toBe(true)
})

test('the one that answers at once is the only one that is asked', async () => {
  const { asked, round } = roundOf({ first: () => ({ credential: BEN_SHOWS }) })
  await askAround(['first', 'second'], round)
  expect(asked).toEqual(['first'])
})

test('all are asked, those named on the way too, before a refusal is the answer', async () => {
  const { asked, round } = roundOf({
    first: () => refuse('NO_ADMIN', 'I am none'),
    second: () => ({ addresses: ['third'] }),
    third: () => refuse('INVITATION_INVALID', 'used up')
  })
  await expect(askAround(['first', 'second'], round)).rejects.toThrow('used up')
  expect(asked).toEqual(['first', 'second', 'third'])
  const none = roundOf({ first: () => refuse('DIAL_FAILED', 'closed') })
  await expect(askAround(['first'], none.round)).rejects.toMatchObject({
    ...{ code: 'NO_ADMIN', message: 'no admin answers: closed' }
  })
})

test('a certificate that is worth nothing is none, and whoever gives up gives up', async () => {
  const { round } = roundOf({ first: () => ({ credential: BEN_SHOWS }) })
  const worthless = { ...round, check: () => refuse('INVITATION_INVALID', 'of somebody else') }
  await expect(askAround(['first'], worthless)).rejects.toThrow('of somebody else')
  const waiting = roundOf({ first: silent })
  const signal = AbortSignal.timeout(50)
  await expect(askAround(['first'], { ...waiting.round, signal })).rejects.toThrow(/abort|timeout/i)
})
