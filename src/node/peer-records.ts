/**
 * What the host itself remembers of peers, kept small.
 *
 * libp2p writes a record of everybody it meets and never looks through them, so none ever goes. And
 * a record is some hundred bytes in one of the blocks that Node shares among small buffers: each
 * stranger held a block of 64 KiB for good, measured as 6 MiB a minute at one newcomer a second.
 * Whom we want to find again, discovery and memory of our own know.
 */

import type { PeerId } from '@libp2p/interface'
import type { Libp2p } from 'libp2p'
import type { HostParts } from './reach/parts.ts'

/**
 * Records of peers that are not connected, count: those that the directory has met last. At some
 * 1.5 KiB each, and never more than the 16 KiB that a peer may say of itself.
 */
export const RECORDS_MAX = 256
/** Records written between two looks whether they are too many, count. */
export const LOOK_EVERY = 32

type Store = HostParts['datastore']
type Key = Parameters<Store['put']>[0]

/** Bound the records in this store, the ones longest untouched first, and copy what is kept. */
export function keepFewRecords(
  host: Pick<Libp2p, 'peerId' | 'getPeers' | 'addEventListener'>,
  store: Store
): void {
  // Names only: a key too is a slice of such a block.
  const names = new Set<string>()
  let written = 0
  const put = store.put.bind(store)
  const remove = store.delete.bind(store)
  const touch = (name: string): void => {
    names.delete(name)
    names.add(name)
  }
  const look = async (like: Key): Promise<void> => {
    const here = new Set([host.peerId, ...host.getPeers()].map(nameOf))
    const gone = [...names].filter((name) => !here.has(name))
    for (const name of gone.slice(0, Math.max(0, gone.length - RECORDS_MAX))) {
      names.delete(name)
      await remove(Reflect.construct(like.constructor, [name]) as Key)
    }
  }
  store.put = async (key, bytes, options) => {
    const name = key.toString()
    if (name.startsWith(PREFIX)) {
      touch(name)
      if (++written % LOOK_EVERY === 0) await look(key)
    }
    return put(key, new Uint8Array(bytes), options)
  }
  store.delete = async (key, options) => {
    names.delete(key.toString())
    await remove(key, options)
  }
  // With the record libp2p tells its services who left: it must not go in that moment.
  host.addEventListener('peer:disconnect', ({ detail }) => {
    const name = nameOf(detail)
    if (names.has(name)) touch(name)
  })
}

const PREFIX = '/peers/'
const nameOf = (peer: PeerId): string => PREFIX + peer.toCID().toString()
