/** A run's handoffs as messages in the order of time, and repeated ones as one. */

import type { Handoff } from '../../types.ts'

export type MessageKind = 'offer' | 'accepted' | 'result' | 'fold'

export interface Message {
  /** Unique in the diagram. */
  readonly key: string
  readonly kind: MessageKind
  /** Ids of who says it and to whom. */
  readonly from: string
  readonly to: string
  /** µs since 1970, by the giver's clock where it told; null when nobody told. */
  readonly atUs: number | null
  readonly handoff: Handoff
  /** Of a fold: all it stands for; else the one. */
  readonly all: readonly Handoff[]
}

/** From how many in a row on they are folded, count: two are read as quickly as one fold. */
const FOLD_MIN = 3
const ENDED: ReadonlySet<Handoff['status']> = new Set(['ok', 'error', 'canceled', 'rejected'])

export const hasEnded = ({ status }: Handoff): boolean => ENDED.has(status)
export const hasFailed = ({ status }: Handoff): boolean =>
  status === 'error' || status === 'rejected'

/** What a fold is called in the address: its first handoff. */
export const foldOf = (group: readonly Handoff[]): string => group[0]?.id ?? ''

/** @param open the fold that is shown in full, or `all` */
export function messagesOf(handoffs: readonly Handoff[], open: string | null): readonly Message[] {
  const messages = groupsOf(handoffs).flatMap((group) =>
    group.length < FOLD_MIN || open === 'all' || open === foldOf(group)
      ? group.flatMap(messagesOfOne)
      : [foldMessage(group)]
  )
  // What has no time stands where it was told of: after what it belongs to.
  let last = -Infinity
  const placed = messages.map((message, at) => {
    last = message.atUs ?? last
    return { message, at, time: last }
  })
  return placed
    .toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.at - b.at))
    .map(({ message }) => message)
}

/** Handoffs in the order of their offers; those in a row of the same two and skill together. */
export function groupsOf(handoffs: readonly Handoff[]): readonly (readonly Handoff[])[] {
  const groups: Handoff[][] = []
  const ordered = handoffs.toSorted(
    (a, b) => (a.offeredUs ?? Infinity) - (b.offeredUs ?? Infinity) || (a.id < b.id ? -1 : 1)
  )
  for (const handoff of ordered) {
    const group = groups.at(-1)
    const first = group?.[0]
    if (first !== undefined && isAlike(first, handoff)) group?.push(handoff)
    else groups.push([handoff])
  }
  return groups
}

/** A failure stands for itself: nobody is to open a fold to find it. */
const isAlike = (one: Handoff, other: Handoff): boolean =>
  one.from === other.from &&
  one.to === other.to &&
  one.skill === other.skill &&
  !hasFailed(one) &&
  !hasFailed(other)

function foldMessage(all: readonly Handoff[]): Message {
  const handoff = all[0] as Handoff
  const { from, to, offeredUs, id } = handoff
  const ends = { from: from ?? '', to: to ?? '', atUs: offeredUs }
  return { key: `fold ${id}`, kind: 'fold', ...ends, handoff, all }
}

function messagesOfOne(handoff: Handoff): readonly Message[] {
  const { id, from, to, offeredUs, acceptedUs, endedUs } = handoff
  const [giver, taker] = [from ?? '', to ?? '']
  const one = { handoff, all: [handoff] }
  const there = { from: giver, to: taker, ...one }
  const back = { from: taker, to: giver, ...one }
  const messages: Message[] = [{ key: `offer ${id}`, kind: 'offer', atUs: offeredUs, ...there }]
  if (acceptedUs !== null) {
    messages.push({ key: `accepted ${id}`, kind: 'accepted', atUs: acceptedUs, ...back })
  }
  if (hasEnded(handoff)) {
    messages.push({ key: `result ${id}`, kind: 'result', atUs: endedUs, ...back })
  }
  return messages
}
