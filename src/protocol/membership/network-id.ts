/**
 * The id of a network with an owner: its name and a fingerprint of the owner's key, as in
 * `lab.4f1c2a9be07d5530`. It stands wherever an open network has its bare name (seals, topics,
 * mDNS), so two networks of one name never meet.
 */

import { digest, toHex } from '../canonical.ts'
import { NAME_LENGTH_MAX, NETWORK_NAME } from '../constants.ts'
import { PeerworkError } from '../errors.ts'
import type { AgentId } from '../identity.ts'

/** Hex digits of the fingerprint: 64 bits. Seals are checked against the whole key. */
const DIGITS = 16
const ENDING = /\.[0-9a-f]{16}$/
/** Longest name of a network with an owner, characters. */
export const OWNED_NAME_LENGTH_MAX = NAME_LENGTH_MAX - DIGITS - 1

/** @throws PeerworkError `BAD_OPTION` for what is no name */
export function networkIdOf(name: string, owner: AgentId): string {
  if (!NETWORK_NAME.test(name) || name.length > OWNED_NAME_LENGTH_MAX) {
    const form = `lower-case letters, digits, dots and dashes, at most ${OWNED_NAME_LENGTH_MAX}`
    throw new PeerworkError('BAD_OPTION', `"${name}" is no network name: ${form}`)
  }
  return `${name}.${fingerprintOf(owner)}`
}

/** The name that people see of a network id; an open network's id is its name. */
export function nameOfNetwork(network: string): string {
  return network.replace(ENDING, '')
}

/** Whether an id has the form of a network with an owner, whoever that is. */
export const isOwnedForm = (network: string): boolean => ENDING.test(network)

/** Whether a network is this owner's. */
export function isNetworkOf(network: string, owner: AgentId): boolean {
  return isOwnedForm(network) && network.endsWith(`.${fingerprintOf(owner)}`)
}

const fingerprintOf = (owner: AgentId): string => toHex(digest(Buffer.from(owner))).slice(0, DIGITS)
