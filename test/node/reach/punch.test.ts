import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '@libp2p/interface'
import { expect, test } from 'vitest'
import { answerPunch, punch } from '../../../src/node/reach/punch.ts'
import type { PunchOptions } from '../../../src/node/reach/punch.ts'
import { PUNCH_PROTOCOL } from '../../../src/protocol/constants.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { createRelayedPair } from '../../helpers/relayed-pair.ts'
import type { RelayedPair } from '../../helpers/relayed-pair.ts'

type Dialled = Parameters<PunchOptions['dialFrom']>[0]

/** One side, seen at this address; its dials are noted and lead to `result`. */
function side(
  seen: string | undefined,
  result: () => Promise<Connection>,
  admit: PunchOptions['admit'] = () => undefined
) {
  const dials: Omit<Dialled, 'signal'>[] = []
  const options: PunchOptions = {
    admit,
    doorTo: () => (seen === undefined ? undefined : { seen, localPort: Number(seen.slice(-4)) }),
    dialFrom: ({ signal: _signal, ...dial }) => {
      dials.push(dial)
      return result()
    },
    sleep: async (ms) => sleep(ms),
    elapsed: () => performance.now()
  }
  return { dials, options }
}

/** The far side answers; resolves with what became of it there. */
async function answering(pair: RelayedPair, options: PunchOptions) {
  const answered = Promise.withResolvers<unknown>()
  await pair.far.host.handle(
    PUNCH_PROTOCOL,
    (stream, connection) => {
      answerPunch(stream, connection, options).then(answered.resolve, answered.resolve)
    },
    { runOnLimitedConnection: true }
  )
  return answered
}

const NEAR = '/ip4/44.0.0.101/tcp/5001'
const FAR = '/ip4/44.0.0.102/tcp/5002'
const nowhere = () => Promise.reject<Connection>(new Error('silence'))

test('each dials where the other is seen, from its own port, and one of them begins', async () => {
  await using pair = await createRelayedPair()
  const relayed = await pair.dial()
  const near = side(NEAR, () => Promise.resolve(relayed))
  const far = side(FAR, () => Promise.resolve(relayed))
  const { promise } = await answering(pair, far.options)
  expect(await punch(relayed, near.options)).toBe(relayed)
  await promise
  expect(near.dials).toEqual([
    { address: `${FAR}/p2p/${pair.far.id}`, localPort: 5001, initiator: true }
  ])
  await expect
    .poll(() => far.dials)
    .toEqual([{ address: `${NEAR}/p2p/${pair.near.id}`, localPort: 5002, initiator: false }])
})

test('what leads nowhere is said, and so is a way out that is not known', async () => {
  await using pair = await createRelayedPair()
  const relayed = await pair.dial()
  await answering(pair, side(FAR, nowhere).options)
  const failed = punch(relayed, side(NEAR, nowhere).options)
  await expect(failed).rejects.toMatchObject({ code: 'DIAL_FAILED' })
  await expect(failed).rejects.toThrow(/no hole to .*silence/)
  await expect(punch(relayed, side(undefined, nowhere).options)).rejects.toThrow(/is not known/)
})

test('whoever is too early and is refused tries again', async () => {
  await using pair = await createRelayedPair()
  const relayed = await pair.dial()
  await answering(pair, side(FAR, nowhere).options)
  const refusals = ['connect ECONNREFUSED 44.0.0.102:5002', 'read ECONNRESET']
  const near = side(NEAR, () => {
    const refusal = refusals.pop()
    return refusal === undefined ? Promise.resolve(relayed) : Promise.reject(new Error(refusal))
  })
  expect(await punch(relayed, near.options)).toBe(relayed)
  expect(near.dials).toHaveLength(3)
})

test('whoever asks too often is not answered', async () => {
  await using pair = await createRelayedPair()
  const relayed = await pair.dial()
  const far = side(FAR, nowhere, () => {
    throw new PeerworkError('BUSY', 'too many holes')
  })
  const { promise } = await answering(pair, far.options)
  const near = side(NEAR, nowhere)
  await expect(punch(relayed, near.options)).rejects.toThrow()
  expect(await promise).toMatchObject({ code: 'BUSY' })
  expect([near.dials, far.dials]).toEqual([[], []])
})

test('nobody is made to dial into a private network', async () => {
  for (const seen of ['/ip4/192.168.1.1/tcp/5002', '/ip4/127.0.0.1/tcp/5002', '/dns/a/tcp/1']) {
    await using pair = await createRelayedPair()
    const relayed = await pair.dial()
    await answering(pair, side(seen, nowhere).options)
    const near = side(NEAR, nowhere)
    await expect(punch(relayed, near.options)).rejects.toThrow(/no public address/)
    expect(near.dials).toEqual([])
  }
})
