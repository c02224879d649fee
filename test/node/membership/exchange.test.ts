import type { Connection, Stream } from '@libp2p/interface'
import { expect, onTestFinished, test } from 'vitest'
import { Exchange } from '../../../src/node/membership/exchange.ts'
import type { ExchangeOptions } from '../../../src/node/membership/exchange.ts'
import type { Roster } from '../../../src/node/membership/roster.ts'
import { MEMBER_PROTOCOL } from '../../../src/protocol/constants.ts'
import { PeerworkError } from '../../../src/protocol/errors.ts'
import { encodeFrame } from '../../../src/protocol/frame.ts'
import { encodeExchange } from '../../../src/protocol/membership/exchange.ts'
import { createRawHost } from '../../helpers/raw-host.ts'
import { ada, asAda, BEN_SHOWS, cat, credentialOf, eve, grantOf, linkBy } from './people.ts'
import { outBy, rosterOf, secretOf } from './people.ts'

interface Side {
  readonly exchange: Exchange
  readonly notes: unknown[]
}

function side(roster: Roster, change: Partial<ExchangeOptions> = {}): Side {
  const notes: unknown[] = []
  const exchange = new Exchange({
    ...{ roster, elapsed: () => performance.now() },
    learn: (records) => {
      for (const record of records) roster.learn(record)
    },
    renew: () => BEN_SHOWS,
    redeem: () => {
      throw new PeerworkError('INVITATION_INVALID', 'used up')
    },
    told: (_peer, { code }) => notes.push(code),
    ...change
  })
  return { exchange, notes }
}

/** A connection on which the other side answers. */
async function connected(answering: Side): Promise<Connection> {
  const [here, there] = await Promise.all([createRawHost(), createRawHost()])
  onTestFinished(async () => {
    await here[Symbol.asyncDispose]()
    await there[Symbol.asyncDispose]()
  })
  await there.host.handle(MEMBER_PROTOCOL, async (stream: Stream, link: Connection) => {
    answering.notes.push(await answering.exchange.answer(stream, link))
  })
  return here.dial(there.address)
}

test('after comparing both know what either knew', async () => {
  const [one, other] = [rosterOf({ member: BEN_SHOWS }), rosterOf(outBy(eve, asAda()))]
  const answering = side(other)
  await side(one).exchange.sync(await connected(answering))
  await expect.poll(() => answering.notes).toEqual(['have'])
  expect(one.without(other.ids())).toEqual([])
  expect(other.without(one.ids())).toEqual([])
  expect(one.size).toBe(3)
})

test('a large roster goes over in many frames', async () => {
  const many = Array.from({ length: 300 }, (_, index) => {
    const { identity } = secretOf(0)
    const who = { ...identity, id: secretOf(index % 250).identity.id }
    return { member: credentialOf(who, `member ${index}`) }
  })
  const [one, other] = [rosterOf(...many), rosterOf()]
  const answering = side(other)
  await side(one).exchange.sync(await connected(answering))
  await expect.poll(() => other.size).toBe(one.size)
  const back = rosterOf()
  await side(back).exchange.sync(await connected(side(one)))
  expect(back.size).toBe(one.size)
})

test('news is pushed, a certificate renewed, and a warning heard', async () => {
  const other = rosterOf()
  const answering = side(other)
  const connection = await connected(answering)
  const { exchange } = side(rosterOf())
  await exchange.push(connection, [{ member: BEN_SHOWS }])
  await expect.poll(() => other.size).toBe(2)
  expect(await exchange.renew(connection, BEN_SHOWS)).toEqual(BEN_SHOWS)
  await exchange.warn(connection, new PeerworkError('DUPLICATE_ID', 'two of you'))
  expect(answering.notes).toContain('DUPLICATE_ID')
  const grant = grantOf(linkBy(ada), cat)
  await expect(exchange.redeem(connection, grant)).rejects.toMatchObject({
    ...{ code: 'INVITATION_INVALID', message: 'used up' }
  })
})

test.each([
  ['nothing of ours', encodeFrame(new Uint8Array(Buffer.from('hello?')))],
  ['a frame that is too large', Uint8Array.of(0xff, 0, 0, 0)],
  ['half a frame', Uint8Array.of(0, 0, 1, 0, 1, 2, 3)]
])('%s ends the stream, and nothing else', async (_what, bytes) => {
  const answering = side(rosterOf())
  const connection = await connected(answering)
  const stream = await connection.newStream(MEMBER_PROTOCOL)
  stream.send(bytes)
  await stream.close()
  await expect.poll(() => answering.notes).toEqual([undefined])
  expect(connection.status).toBe('open')
})

test('whoever answers out of turn is not believed', async () => {
  const [here, there] = await Promise.all([createRawHost(), createRawHost()])
  onTestFinished(async () => {
    await here[Symbol.asyncDispose]()
    await there[Symbol.asyncDispose]()
  })
  const answers = [
    { have: [] },
    { records: [] },
    { error: { code: 'BUSY', message: 'no' } as const }
  ]
  await there.host.handle(MEMBER_PROTOCOL, (stream: Stream) => {
    const [answer = { have: [] }] = answers.splice(0, 1)
    stream.send(encodeFrame(encodeExchange(answer)))
    void stream.close()
  })
  const connection = await here.dial(there.address)
  const { exchange } = side(rosterOf())
  const codes: string[] = []
  for (let time = 0; time < 3; time++) {
    await exchange.renew(connection, BEN_SHOWS).catch((error: unknown) => {
      codes.push((error as PeerworkError).code)
    })
  }
  expect(codes).toEqual(['MALFORMED', 'MALFORMED', 'BUSY'])
})

test('nobody asks in a loop', async () => {
  const frozen = side(rosterOf(), { elapsed: () => 0 })
  const connection = await connected(frozen)
  const { exchange } = side(rosterOf())
  const outcomes: boolean[] = []
  for (let time = 0; time < 40; time++) {
    outcomes.push(
      await exchange.renew(connection, BEN_SHOWS).then(
        () => true,
        () => false
      )
    )
  }
  expect(outcomes.filter(Boolean)).toHaveLength(32)
  expect(outcomes.at(-1)).toBe(false)
}, 20_000)

test('nobody can make others read records for ever', async () => {
  const roster = rosterOf({ member: BEN_SHOWS })
  let read = 0
  const learn: ExchangeOptions['learn'] = (records) => {
    read += records.length
  }
  const answering = side(roster, { learn, elapsed: () => 0 })
  const link = await connected(answering)
  const records = Array.from({ length: 64 }, () => ({ member: BEN_SHOWS }))
  const frame = encodeFrame(encodeExchange({ records, more: true }))
  const stream = await link.newStream(MEMBER_PROTOCOL)
  for (let sent = 0; sent < 80 && stream.status === 'open'; sent++) {
    if (!stream.send(frame)) await stream.onDrain().catch(() => undefined)
  }
  await expect.poll(() => answering.notes).toEqual([undefined])
  expect(read).toBe(4_096)
})
