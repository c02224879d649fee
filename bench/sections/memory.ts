/** Memory of a server or agent that waits for work. */

import { setTimeout as sleep } from 'node:timers/promises'
import { candidates } from '../candidates.ts'
import { memoryOf } from '../cost.ts'
import type { Memory } from '../cost.ts'
import { crowd } from '../crowd.ts'
import { idleServer } from '../pair.ts'
import type { Pair } from '../pair.ts'
import { median } from '../stats.ts'
import { figure, table } from '../table.ts'
import type { Section, Settings, Target } from './section.ts'

/** Until start-up work has settled, ms. */
const SETTLE_MS = 1000
const SOURCE_MIB_MAX = 110
const BUILT_MIB_MAX = 90
const IN_PROCESS_MIB_MAX = 6

interface Idler {
  readonly label: string
  readonly pair: Pair
  readonly mibMax?: number
}

export function memory(settings: Settings): Section {
  const idlers = idlersOf(settings)
  const found = new Map<string, Memory[]>(idlers.map(({ label }) => [label, []]))
  const more = new Map<string, number[]>()
  const ours = settings.candidates.includes('peerwork')
  const mib = (label: string, field: keyof Memory): number =>
    median((found.get(label) ?? []).map((each) => each[field]))
  return {
    title: 'Memory',
    note:
      'The process that serves, a second after it is ready and before anybody asked. An agent’s ' +
      'runners are processes of their own and not in its figure. From source: edited since ' +
      '`make install`, which bundled our packages; without that it is what `npm` alone would ' +
      'leave, and no target. Unedited, a clone runs what the package does. In process: the mean ' +
      'of ten agents that all know each other, added to ten others; after five, the engine’s ' +
      'room for young objects, which grows once, falls into it.',
    round: async () => {
      for (const { label, pair } of idlers) {
        const used = await idleServer(pair, async (pid) => {
          await sleep(SETTLE_MS)
          return memoryOf(pid)
        })
        if (used !== null) found.get(label)?.push(used)
      }
      if (!ours) return
      const sources = settings.built ? (['source', 'built'] as const) : (['source'] as const)
      for (const from of sources) {
        more.set(from, [...(more.get(from) ?? []), await crowd(from)])
      }
    },
    tables: () => [
      table(
        ['idle process', 'RSS MiB', 'PSS MiB'],
        idlers.map(({ label }) => [label, figure(mib(label, 'rss')), figure(mib(label, 'pss'))])
      ),
      ...[...more].map(
        ([from, values]) =>
          `One more agent in the same process, ${from}: ${figure(median(values), 1)} MiB`
      )
    ],
    targets: () => [
      ...idlers.flatMap(({ label, mibMax }) => target(`idle, ${label}`, mib(label, 'rss'), mibMax)),
      ...[...more].flatMap(([from, values]) =>
        target(`one more agent in process, ${from}`, median(values), IN_PROCESS_MIB_MAX)
      )
    ]
  }
}

function target(what: string, value: number, max: number | undefined): readonly Target[] {
  if (max === undefined || Number.isNaN(value)) return []
  return [{ what, target: `≤ ${max} MiB`, figure: `${figure(value, 1)} MiB`, met: value <= max }]
}

function idlersOf({ candidates: names, built }: Settings): readonly Idler[] {
  return names.flatMap((candidate): readonly Idler[] => {
    if (candidate !== 'peerwork') {
      return [{ label: candidates[candidate].label, pair: { candidate } }]
    }
    const source = { label: 'Peerwork, source', pair: { candidate }, mibMax: SOURCE_MIB_MAX }
    const loose = {
      label: 'Peerwork, source, packages not bundled',
      pair: { candidate, flags: ['--conditions=source'] }
    }
    const packed = { label: 'Peerwork, built', pair: { candidate, flags: [] } }
    return [source, loose, ...(built ? [{ ...packed, mibMax: BUILT_MIB_MAX }] : [])]
  })
}
