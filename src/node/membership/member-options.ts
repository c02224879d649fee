/** What options an agent may have, with a membership and without one. */

import { PeerworkError } from '../../protocol/errors.ts'
import { isNetworkOf, isOwnedForm, nameOfNetwork } from '../../protocol/membership/network-id.ts'
import type { Admission } from '../../tasks/admission.ts'
import type { Clock } from '../clock.ts'
import type { Secret } from '../key-file.ts'
import type { Logger, Logs } from '../logger.ts'
import type { AgentOptions } from '../options.ts'
import type { MemberDesk } from './member-desk.ts'
import type { OwnMembership } from './own-membership.ts'
import type { GuestOf } from './record-book.ts'

export interface Opening {
  readonly options: AgentOptions
  /** The home's key as it lies there; a change of key that a crash cut short is finished first. */
  readonly openSecret: (options: AgentOptions) => Secret
  readonly clock: Clock
  readonly log: Logger
  /** Of which it has one of its own; without them it says all in `log`. */
  readonly logs?: Logs
}

/** What an agent is made of besides, in a network with an owner. */
export interface Belonging {
  readonly membership: OwnMembership
  readonly desk: MemberDesk
  readonly admission: Admission
}

export interface Opened {
  readonly belonging?: Belonging
  /** The options as they are in that network. */
  readonly options: AgentOptions
  readonly secret: Secret
}

/** @throws PeerworkError `BAD_OPTION` when the network has an owner, who let nobody in here */
export function checkOpen({ network }: AgentOptions): void {
  if (!isOwnedForm(network)) return
  const name = nameOfNetwork(network)
  const how = 'a network with an owner is joined with an invitation: peerwork join <link>'
  throw bad(`network: "${name}" has an owner; ${how}`)
}

/** @throws PeerworkError `BAD_OPTION` naming what does not fit a network with an owner */
export function checkOwned(options: AgentOptions, { network, owner }: GuestOf): void {
  const { networkGiven: given, open, allow, allowFile } = options
  const name = nameOfNetwork(network)
  if (!isNetworkOf(network, owner)) throw bad(`network: "${network}" is of another owner`)
  if (given !== undefined && given !== name && given !== network) {
    throw bad(`network: this home is a member of "${name}"; take another home for "${given}"`)
  }
  const roles = `in "${name}", which has an owner, roles say who may do what`
  if (open) throw bad(`open: ${roles}; it is for networks that have none`)
  if (allow.length > 0 || allowFile !== undefined) {
    throw bad(`allow: ${roles}; see peerwork members, and invite with --role`)
  }
}

const bad = (message: string): PeerworkError => new PeerworkError('BAD_OPTION', message)
