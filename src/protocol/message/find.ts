/**
 * `/peerwork/find/1`: which of those you know offers this skill, or is called this?
 *
 * The answer is hearsay, as the hints of a card exchange are: who is named is dialled, and has to
 * show a card like everybody else.
 */

import * as z from 'zod/mini'
import { decode, encode } from '../canonical.ts'
import * as shape from '../shape.ts'
import { ADDRESSES_MAX } from './card.ts'

/** Peers in one answer, count: some may be gone, or busy. */
export const FOUND_MAX = 8

const question = z.strictObject({
  v: z.int(),
  skill: shape.skillName,
  /** Id, beginning of an id, or name, when not just anybody is sought. */
  peer: z.optional(shape.token),
  /** Whether who is asked may ask those it knows, and they nobody else. */
  further: z.boolean()
})

const answer = z.strictObject({
  v: z.int(),
  peers: shape.list(
    z.strictObject({ id: shape.agentId, addresses: shape.list(shape.address, ADDRESSES_MAX) }),
    FOUND_MAX
  )
})

export type FindQuestion = z.infer<typeof question>
export type FindAnswer = z.infer<typeof answer>

const readQuestion = shape.reader('find question', question)
const readAnswer = shape.reader('find answer', answer)

export const encodeFindQuestion = (value: FindQuestion): Uint8Array => encode(value)
export const encodeFindAnswer = (value: FindAnswer): Uint8Array => encode(value)
/** @throws PeerworkError `MALFORMED` */
export const decodeFindQuestion = (bytes: Uint8Array): FindQuestion => readQuestion(decode(bytes))
/** @throws PeerworkError `MALFORMED` */
export const decodeFindAnswer = (bytes: Uint8Array): FindAnswer => readAnswer(decode(bytes))
