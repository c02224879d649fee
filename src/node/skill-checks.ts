/** Checks of inputs and outputs against the schemas that peers offer. */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import type { JsonValue } from '../protocol/json.ts'
import { compileSchema } from '../tasks/schema.ts'
import type { SkillOffer } from '../tasks/work.ts'
import type { KnownPeer } from './peers.ts'

type Check = (value: JsonValue) => string | undefined

interface Checks {
  readonly input: Check
  readonly output: Check
}

/** What has a skill and an input. */
interface Asked {
  readonly skill: string
  readonly input?: Uint8Array
}

export class SkillChecks {
  /** Checks compiled once per offer; an offer is replaced when the peer's card changes. */
  readonly #compiled = new WeakMap<SkillOffer, Checks>()
  /** The last verdict on an input: choosing a peer asks for it, and sending asks again. */
  readonly #verdicts = new WeakMap<Uint8Array, { offer: SkillOffer; fault: string | undefined }>()

  /** @throws PeerworkError `SKILL_UNKNOWN`, or `MALFORMED` for a schema that cannot be used */
  of(peer: KnownPeer, skill: string): Checks {
    const offer = offerOf(peer, skill)
    const known = this.#compiled.get(offer)
    if (known !== undefined) return known
    const check = { input: compileSchema(offer.input), output: compileSchema(offer.output) }
    this.#compiled.set(offer, check)
    return check
  }

  /** What of the input the peer does not take. @throws PeerworkError as `of` */
  fault(peer: KnownPeer, { skill, input }: Asked): string | undefined {
    if (input === undefined) return undefined
    const offer = offerOf(peer, skill)
    const before = this.#verdicts.get(input)
    if (before?.offer === offer) return before.fault
    return this.of(peer, skill).input(JSON.parse(textOf(input)) as JsonValue)
  }

  /** The same, for choosing among several: remembered, and a bad schema is a fault too. */
  readonly faultOf = (peer: KnownPeer, asked: Asked): string | undefined => {
    const { input } = asked
    if (input === undefined) return undefined
    try {
      const fault = this.fault(peer, asked)
      this.#verdicts.set(input, { offer: offerOf(peer, asked.skill), fault })
      return fault
    } catch (error) {
      return toPeerworkError(error).message
    }
  }
}

function offerOf(peer: KnownPeer, skill: string): SkillOffer {
  const offer = peer.skills.find(({ name }) => name === skill)
  if (offer === undefined) throw new PeerworkError('SKILL_UNKNOWN', `${skill} is gone`)
  return offer
}

const textOf = ({ buffer, byteOffset, length }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, length).toString()
