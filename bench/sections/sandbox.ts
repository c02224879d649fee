/** What it costs to do work in another process instead of here, per task and per start. */

import { dispatch } from '../dispatch.ts'
import type { Dispatch, Place } from '../dispatch.ts'
import type { Step } from '../measure.ts'
import { median } from '../stats.ts'
import { figure, table } from '../table.ts'
import { rotated } from './section.ts'
import type { Section, Settings } from './section.ts'

const SIZE = 1024
const BUSY = 16
const WARM_TASKS = 5000

interface Way {
  readonly label: string
  readonly place: Place
  /** In bubblewrap. */
  readonly wrapped: boolean
}

const WAYS: readonly Way[] = [
  { label: 'inline call', place: 'inline', wrapped: false },
  { label: 'bare runner, one process', place: 'bare', wrapped: false },
  { label: 'bare runner, one process, bubblewrap', place: 'bare', wrapped: true },
  { label: '**workshop**', place: 'workshop', wrapped: false },
  { label: '**workshop**, bubblewrap', place: 'workshop', wrapped: true }
]

export function sandbox({ stepMs }: Settings): Section {
  const found = new Map<Way, Dispatch[]>(WAYS.map((way) => [way, []]))
  const step = (inFlight: number): Step => ({ size: SIZE, inFlight, ms: stepMs })
  const plan = {
    warmUp: { ...step(BUSY), tasksMin: WARM_TASKS },
    steps: [step(1), step(BUSY)],
    pids: []
  }
  return {
    title: 'Sandbox',
    note:
      'The echo skill without any network or signature. A bare runner is a process under the ' +
      'same ' +
      'command line with nothing but a pipe to it; the workshop adds queue, schemas, limits and ' +
      'the runner protocol. Cold start: until the first runner can work.',
    round: async (number) => {
      for (const way of rotated(WAYS, number)) {
        found.get(way)?.push(await dispatch(way, plan))
      }
    },
    tables: () => [
      table(
        ['1 KB, no network', 'p50 µs', `tasks/s, ${BUSY} in flight`, 'CPU µs', 'cold start ms'],
        WAYS.map((way) => row(way, found.get(way) ?? []))
      )
    ],
    targets: () => []
  }
}

function row({ label }: Way, rounds: readonly Dispatch[]): readonly string[] {
  const middle = (pick: (round: Dispatch) => number | null | undefined): number =>
    median(rounds.map((round) => pick(round) ?? Number.NaN))
  return [
    label,
    figure(
      middle(({ samples }) => samples[0]?.p50Us),
      1
    ),
    figure(middle(({ samples }) => samples[1]?.perSecond)),
    figure(
      middle(({ samples }) => samples[0]?.cpuUs),
      1
    ),
    figure(
      middle(({ coldMs }) => coldMs),
      1
    )
  ]
}
