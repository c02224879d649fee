/**
 * `/peerwork/member/1`: members keep one roster, and ask admins for certificates.
 *
 * One question a stream, at most 10 s from the first byte to the last; whoever asked closes it.
 * Nobody may ask in a loop: reading records costs signatures.
 */

import type { Connection, Stream } from '@libp2p/interface'
import {
  MEMBER_FRAME_BYTES_MAX,
  MEMBER_PROTOCOL,
  RECORDS_MAX,
  RECORDS_PER_FRAME_MAX
} from '../../protocol/constants.ts'
import { fromRecord, PeerworkError, toPeerworkError, toRecord } from '../../protocol/errors.ts'
import type { ErrorRecord } from '../../protocol/errors.ts'
import { encodeFrame } from '../../protocol/frame.ts'
import type { AgentId } from '../../protocol/identity.ts'
import type { Credential } from '../../protocol/membership/credential.ts'
import { decodeExchange, encodeExchange } from '../../protocol/membership/exchange.ts'
import type { ExchangeFrame, MemberRecord } from '../../protocol/membership/exchange.ts'
import type { Grant } from '../../protocol/membership/invitation.ts'
import { TokenBucket } from '../token-bucket.ts'
import { encodeRecord } from './load-roster.ts'
import { readFrame } from './read-frame.ts'
import type { Roster } from './roster.ts'

/** One question with its answer, ms: a whole roster is 4 MB. */
const EXCHANGE_MS_MAX = 10_000
/** Records in one frame, bytes: half a frame, whatever the last one weighs. */
const CHUNK_BYTES_MAX = MEMBER_FRAME_BYTES_MAX / 2
/** Questions of one peer: some at once, count, and then so many a second. */
const QUESTIONS = { burst: 32, perSecond: 4 } as const
/** Records of one peer: a whole roster at once, count, and then so many a second. */
const RECORDS = { burst: RECORDS_MAX, perSecond: 32 } as const
/** Peers whose questions are counted, count. */
const COUNTED_MAX = 1_024

export interface ExchangeOptions {
  readonly roster: Roster
  /** Take in what a peer says; what is wrong with it is not thrown. */
  readonly learn: (records: readonly MemberRecord[], from: AgentId) => void
  /** As an admin. @throws PeerworkError `NO_ADMIN` unless we are one */
  readonly renew: (credential: Credential, peer: AgentId) => Credential
  readonly redeem: (grant: Grant) => Credential
  /** Something is wrong with us, a peer says. */
  readonly told: (peer: AgentId, error: PeerworkError) => void
  readonly elapsed: () => number
}

interface Talk {
  readonly stream: Stream
  readonly peer: AgentId
  readonly signal: AbortSignal
}

export class Exchange {
  readonly #options: ExchangeOptions
  readonly #rates = new Map<AgentId, Rates>()

  constructor(options: ExchangeOptions) {
    this.#options = options
  }

  /** Both know afterwards what either knew. @throws PeerworkError */
  sync(connection: Connection): Promise<void> {
    return this.#ask(connection, async (talk) => {
      const { roster } = this.#options
      say(talk, { have: roster.ids() })
      const wanted = await this.#take(talk)
      tell(talk, roster.with(wanted))
    })
  }

  /** What we have just heard. @throws PeerworkError */
  push(connection: Connection, records: readonly MemberRecord[]): Promise<void> {
    return this.#ask(connection, (talk) => {
      tell(talk, records)
      return Promise.resolve()
    })
  }

  /** A new certificate, from an admin. @throws PeerworkError its refusal */
  renew(connection: Connection, credential: Credential): Promise<Credential> {
    return this.#ask(connection, (talk) => certificateFor(talk, { renew: credential }))
  }

  /** A newcomer's certificate, from an admin. @throws PeerworkError its refusal */
  redeem(connection: Connection, grant: Grant): Promise<Credential> {
    return this.#ask(connection, (talk) => certificateFor(talk, { redeem: grant }))
  }

  /** Tell a peer what is wrong with it. Resolves when it has heard. @throws PeerworkError */
  warn(connection: Connection, error: PeerworkError, signal?: AbortSignal): Promise<void> {
    return this.#ask(
      connection,
      async (talk) => {
        say(talk, { error: toRecord(error) })
        await hear(talk)
      },
      signal
    )
  }

  /** Answer what a peer asks. Never throws. @returns what that was, when it ended well */
  async answer(stream: Stream, connection: Connection): Promise<string | undefined> {
    const peer = connection.remotePeer.toString()
    const signal = AbortSignal.timeout(EXCHANGE_MS_MAX)
    const talk = { stream, peer, signal }
    try {
      if (this.#ratesOf(peer).questions.take() === undefined) {
        throw new PeerworkError('BUSY', 'too many questions')
      }
      const question = await hear(talk)
      await this.#reply(talk, question)
      await stream.close({ signal })
      return Object.keys(question)[0]
    } catch (thrown) {
      stream.abort(toPeerworkError(thrown, 'MALFORMED'))
      return undefined
    }
  }

  async #reply(talk: Talk, frame: ExchangeFrame): Promise<void> {
    const { roster, renew, redeem, told } = this.#options
    if ('have' in frame) {
      const known = new Set(roster.ids().map(hexOf))
      tell(
        talk,
        roster.without(frame.have),
        frame.have.filter((id) => !known.has(hexOf(id)))
      )
      await this.#take(talk)
    } else if ('records' in frame) {
      this.#learn(frame.records, talk)
      if (frame.more === true) await this.#take(talk)
    } else if ('error' in frame) {
      told(talk.peer, fromRecord(frame.error as ErrorRecord))
      tell(talk, [])
    } else {
      answerWith(talk, () => {
        return 'renew' in frame ? renew(frame.renew, talk.peer) : redeem(frame.redeem)
      })
    }
  }

  /** Records, up to the last frame of them; returns the ids of what the other side lacks. */
  async #take(talk: Talk): Promise<readonly Uint8Array[]> {
    let wanted: readonly Uint8Array[] = []
    for (;;) {
      const frame = await hear(talk)
      if (!('records' in frame)) throw unexpected(frame)
      this.#learn(frame.records, talk)
      wanted = frame.want ?? wanted
      if (frame.more !== true) return wanted
    }
  }

  async #ask<T>(
    connection: Connection,
    question: (talk: Talk) => Promise<T>,
    until?: AbortSignal
  ): Promise<T> {
    const late = AbortSignal.timeout(EXCHANGE_MS_MAX)
    const signal = until === undefined ? late : AbortSignal.any([late, until])
    const peer = connection.remotePeer.toString()
    let stream: Stream | undefined
    try {
      stream = await connection.newStream(MEMBER_PROTOCOL, { signal, runOnLimitedConnection: true })
      const answer = await question({ stream, peer, signal })
      await stream.close({ signal })
      return answer
    } catch (thrown) {
      const error = toPeerworkError(thrown, 'PEER_LOST')
      stream?.abort(error)
      throw error
    }
  }

  /** Frames without records count too. @throws PeerworkError `BUSY` */
  #learn(records: readonly MemberRecord[], { peer }: Talk): void {
    const due = this.#ratesOf(peer).records.take(Math.max(1, records.length))
    if (due === undefined) throw new PeerworkError('BUSY', 'too many records')
    this.#options.learn(records, peer)
  }

  #ratesOf(peer: AgentId): Rates {
    const { elapsed } = this.#options
    const rates = this.#rates.get(peer) ?? {
      questions: new TokenBucket(QUESTIONS, elapsed),
      records: new TokenBucket(RECORDS, elapsed)
    }
    this.#rates.delete(peer)
    this.#rates.set(peer, rates)
    const [oldest = ''] = this.#rates.keys()
    if (this.#rates.size > COUNTED_MAX) this.#rates.delete(oldest)
    return rates
  }
}

interface Rates {
  readonly questions: TokenBucket
  readonly records: TokenBucket
}

/** @throws PeerworkError the admin's refusal */
async function certificateFor(talk: Talk, question: ExchangeFrame): Promise<Credential> {
  say(talk, question)
  const frame = await hear(talk)
  if ('error' in frame) throw fromRecord(frame.error as ErrorRecord)
  const [record] = 'records' in frame ? frame.records : []
  if (record !== undefined && 'member' in record) return record.member
  throw unexpected(frame)
}

function answerWith(talk: Talk, find: () => Credential): void {
  try {
    tell(talk, [{ member: find() }])
  } catch (thrown) {
    say(talk, { error: toRecord(toPeerworkError(thrown)) })
  }
}

/** Records in as many frames as it takes; at least one, and the first says what we lack. */
function tell(talk: Talk, records: readonly MemberRecord[], want?: readonly Uint8Array[]): void {
  const chunks = inChunks(records)
  for (const [at, chunk] of chunks.entries()) {
    const more = at < chunks.length - 1 ? { more: true } : {}
    const lacks = at === 0 && want !== undefined && want.length > 0 ? { want: [...want] } : {}
    say(talk, { records: chunk, ...lacks, ...more })
  }
}

function inChunks(records: readonly MemberRecord[]): MemberRecord[][] {
  const chunks: MemberRecord[][] = [[]]
  let bytes = 0
  for (const record of records) {
    const size = encodeRecord(record).length
    const last = chunks.at(-1)
    const full = (last?.length ?? 0) >= RECORDS_PER_FRAME_MAX || bytes + size > CHUNK_BYTES_MAX
    if (full || last === undefined) {
      chunks.push([record])
      bytes = size
    } else {
      last.push(record)
      bytes += size
    }
  }
  return chunks
}

function say({ stream }: Talk, frame: ExchangeFrame): void {
  stream.send(encodeFrame(encodeExchange(frame)))
}

async function hear({ stream, signal }: Talk): Promise<ExchangeFrame> {
  return decodeExchange(await readFrame(stream, MEMBER_FRAME_BYTES_MAX, signal))
}

function unexpected(frame: ExchangeFrame): PeerworkError {
  if ('error' in frame) return fromRecord(frame.error as ErrorRecord)
  return new PeerworkError('MALFORMED', `a frame of ${Object.keys(frame)[0]} came out of turn`)
}

const hexOf = (id: Uint8Array): string => Buffer.from(id).toString('hex')
