/** What is missing of a run, in words. */

import { countOf, percent, tail } from '../../format.ts'
import type { Integrity, Span } from '../../types.ts'

export type Producer = Integrity['producers'][number]

/** The name that each producer gives itself, by its id. */
export function namesOf(spans: readonly Span[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const { source, agent } of spans) {
    if (source.kind === 'agent' && agent !== undefined) names.set(source.by, agent)
  }
  return names
}

export const nameOf = (by: string, names: ReadonlyMap<string, string>): string =>
  (names.get(by) ?? tail(by)).slice(0, 80)

/** `97 %: 3 events missing from bob, fetching`. */
export function inShort(integrity: Integrity, names: ReadonlyMap<string, string>): string {
  const { producers, missing, complete } = integrity
  if (producers.length === 0) return 'Unsigned'
  if (missing === 0) return 'Complete'
  const from = [
    ...new Set(producers.filter((one) => one.missing > 0).map(({ by }) => nameOf(by, names)))
  ]
  const who = from.length > 2 ? `${from.length} agents` : from.join(' and ')
  return `${percent(complete)}: ${events(missing)} missing from ${who}, fetching`
}

const events = (count: number): string => (count === 1 ? '1 event' : `${countOf(count)} events`)

/** What is amiss, beside what is on its way; each a sentence. */
export function troubles({ dropped, forks, refused }: Integrity): readonly string[] {
  return [
    ...(dropped > 0
      ? [`${events(dropped)} are gone for good: the logs of their producers had no room for them.`]
      : []),
    ...(forks > 0
      ? [
          `A producer signed two histories, ${forks === 1 ? 'once' : `${forks} times`}: ` +
            'that proves that it lies.'
        ]
      : []),
    ...(refused > 0 ? [`${countOf(refused)} messages were refused: they proved nothing.`] : [])
  ]
}
