/** One line of who came or went, for `peers --watch` and `up`. */

import type { Peer, PeerEvent } from '../node/api.ts'
import { hueOf } from './colour.ts'
import { shortId } from './names.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'
import { clockTime } from './trace-line.ts'

const WAYS: Readonly<Record<Peer['via'], string>> = {
  mdns: 'found by mdns',
  bootstrap: 'found by bootstrap',
  peer: 'found through a peer',
  dial: 'dialled',
  inbound: 'dialled in',
  remembered: 'found where it was before'
}

export const skillNames = (peer: Peer): string =>
  peer.skills.map(({ name }) => plainLabel(name, 64)).join(' ')

export function peerLine(event: PeerEvent, { paint }: Output): string {
  const { peer } = event
  const name = paint(['bold', hueOf(peer.id)], plainLabel(peer.name, 32))
  const id = paint('dim', shortId(peer.id))
  if (event.type === 'left') {
    return `${paint('red', '-')} ${name} ${id} left: ${plainLabel(event.reason)}`
  }
  const skills = skillNames(peer)
  const offers = skills === '' ? 'offers nothing' : `offers ${skills}`
  if (event.type === 'changed') return `${paint('blue', '~')} ${name} ${id} now ${offers}`
  const when = paint('dim', `since ${clockTime(peer.since)}`)
  const how = `${WAYS[peer.via]}${peer.link === 'relayed' ? ' through a relay' : ''}`
  return `${paint('green', '+')} ${name} ${id} ${how}, ${offers} ${when}`
}
