/** From the start of two processes to the first verified result. */

import { candidates } from '../candidates.ts'
import { firstResultAlone } from '../alone.ts'
import { firstResult } from '../pair.ts'
import type { Pair } from '../pair.ts'
import { median } from '../stats.ts'
import { figure, table } from '../table.ts'
import { rotated } from './section.ts'
import type { Section, Settings, Target } from './section.ts'

/** To the first verified result, ms. */
const SOURCE_MS_MAX = 500
const BUILT_MS_MAX = 200

interface Way {
  readonly label: string
  readonly pair: Pair
  readonly msMax?: number
}

export function start(settings: Settings): Section {
  const ways = waysOf(settings)
  const times = new Map<string, (number | null)[]>(ways.map(({ label }) => [label, []]))
  const ms = (label: string): number =>
    median((times.get(label) ?? []).filter((value) => value !== null))
  return {
    title: 'Start',
    note:
      'Both processes are started at the same moment; the clock stops when the requester has ' +
      'verified the first result. Compiled code is cached from an earlier start ' +
      '(NODE_COMPILE_CACHE), as for the `peerwork` command. From source: edited since ' +
      '`make install`, which bundled our packages; unedited, a clone runs what the package does. ' +
      'Brokers and directories are up before. mDNS is measured in a network namespace of its ' +
      'own, so that no packet leaves the machine.',
    round: async (number) => {
      for (const { label, pair } of rotated(ways, number)) {
        const run = pair.find === 'mdns' ? firstResultAlone : firstResult
        times.get(label)?.push(await run(pair))
      }
    },
    tables: () => [
      table(
        ['two processes to first result', 'ms'],
        ways.map(({ label }) => [label, figure(ms(label))])
      )
    ],
    targets: () =>
      ways.flatMap(({ label, msMax }): readonly Target[] => {
        const value = ms(label)
        if (msMax === undefined || Number.isNaN(value)) return []
        const shown = `${figure(value)} ms`
        return [
          { what: `start, ${label}`, target: `< ${msMax} ms`, figure: shown, met: value < msMax }
        ]
      })
  }
}

function waysOf({ candidates: names, built }: Settings): readonly Way[] {
  const rivals = names
    .filter((name) => name !== 'peerwork')
    .map((candidate) => ({ label: candidates[candidate].label, pair: { candidate } }))
  if (!names.includes('peerwork')) return rivals
  const ours = (find: 'address' | 'mdns', from: 'source' | 'built'): Way => ({
    label: `Peerwork, ${find === 'address' ? 'bootstrap' : 'mDNS'}, ${from}`,
    pair: { candidate: 'peerwork', find, ...(from === 'built' ? { flags: [] } : {}) },
    msMax: from === 'built' ? BUILT_MS_MAX : SOURCE_MS_MAX
  })
  const source = [ours('address', 'source'), ours('mdns', 'source')]
  return [...rivals, ...source, ...(built ? [ours('address', 'built'), ours('mdns', 'built')] : [])]
}
