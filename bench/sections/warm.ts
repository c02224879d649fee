/** Warm task round trips and tasks per second: both ends up, connected and warmed up. */

import { candidates } from '../candidates.ts'
import type { CandidateName } from '../candidates.ts'
import type { Sample, Step } from '../measure.ts'
import { measurePair } from '../pair.ts'
import { median, ratio } from '../stats.ts'
import { figure, table } from '../table.ts'
import { rotated } from './section.ts'
import type { Section, Settings, Target } from './section.ts'

const KIB = 1024
const SIZES = [64, KIB, 10 * KIB] as const
const IN_FLIGHT = [1, 16, 128] as const
const LIMIT = 'tcp-runner'
/**
 * Tasks until the engine has compiled what runs often, count: an agent runs for days. Measured with
 * the slowest, which is ours: after 5,000 it still spends a quarter of its time on compiling.
 */
const WARM_TASKS = 20_000
/** Slower than the limit by at most this factor, and at least this share of its tasks. */
const ROUND_TRIP_MAX = 1.25
const THROUGHPUT_MIN = 0.8

type Rounds = Map<CandidateName, (readonly Sample[])[]>
type Field = 'p50Us' | 'p99Us' | 'perSecond' | 'cpuUs'
interface Cell {
  readonly size: number
  readonly inFlight: number
  readonly field: Field
}

export function warm(settings: Settings): Section {
  const rounds: Rounds = new Map(settings.candidates.map((name) => [name, []]))
  const step = (size: number, inFlight: number): Step => ({ size, inFlight, ms: settings.stepMs })
  const plan = {
    warmUp: { ...step(KIB, 16), ms: 2 * settings.stepMs, tasksMin: WARM_TASKS },
    steps: [
      ...SIZES.map((size) => step(size, 1)),
      ...IN_FLIGHT.filter((inFlight) => inFlight > 1).map((inFlight) => step(KIB, inFlight))
    ]
  }
  return {
    title: 'Warm tasks',
    note:
      'One requester process and one executor process; every task signed and verified in both ' +
      'directions (Ed25519), every answer compared with what was sent. CPU is the processor time ' +
      'of all processes involved per task: requester, executor, runners, broker.',
    round: async (number) => {
      for (const name of rotated(settings.candidates, number)) {
        rounds.get(name)?.push(await measurePair({ candidate: name }, plan))
      }
    },
    tables: () => [roundTrips(rounds), throughput(rounds)],
    targets: () => targets(rounds)
  }
}

function roundTrips(rounds: Rounds): string {
  const head = ['1 in flight, p50 / p99 µs', '64 B', '1 KB', '10 KB', '1 KB × limit', 'CPU µs']
  const row = (name: CandidateName): readonly string[] => {
    const both = (size: number): string => {
      const shown = (field: Field): string => middle(rounds, name, { size, inFlight: 1, field })
      return `${shown('p50Us')} / ${shown('p99Us')}`
    }
    const cell = { size: KIB, inFlight: 1 } as const
    const versus = versusLimit(rounds, name, { ...cell, field: 'p50Us' })
    const cpu = middle(rounds, name, { ...cell, field: 'cpuUs' })
    return [candidates[name].label, ...SIZES.map(both), versus, cpu]
  }
  return table(head, [...rounds.keys()].map(row))
}

function throughput(rounds: Rounds): string {
  const head = ['1 KB tasks per second', ...IN_FLIGHT.map(String), '128 × limit', 'CPU µs at 128']
  const row = (name: CandidateName): readonly string[] => {
    const rate = (inFlight: number): string =>
      middle(rounds, name, { size: KIB, inFlight, field: 'perSecond' })
    const cell = { size: KIB, inFlight: 128 } as const
    const versus = versusLimit(rounds, name, { ...cell, field: 'perSecond' })
    const cpu = middle(rounds, name, { ...cell, field: 'cpuUs' })
    return [candidates[name].label, ...IN_FLIGHT.map(rate), versus, cpu]
  }
  return table(head, [...rounds.keys()].map(row))
}

function targets(rounds: Rounds): readonly Target[] {
  const trip = { size: KIB, inFlight: 1, field: 'p50Us' } as const
  const rate = { size: KIB, inFlight: 128, field: 'perSecond' } as const
  const against = (rival: CandidateName, cell: Cell): number =>
    ratio(column(rounds, 'peerwork', cell), column(rounds, rival, cell))
  const rows: readonly [string, string, number, (value: number) => boolean][] = [
    [
      '1 KB round trip ÷ limit',
      `≤ ${ROUND_TRIP_MAX}`,
      against(LIMIT, trip),
      (value) => value <= ROUND_TRIP_MAX
    ],
    ['1 KB round trip ÷ gRPC', '< 1', against('grpc', trip), (value) => value < 1],
    [
      'tasks/s at 128 ÷ limit',
      `≥ ${THROUGHPUT_MIN}`,
      against(LIMIT, rate),
      (value) => value >= THROUGHPUT_MIN
    ],
    ['tasks/s at 128 ÷ gRPC', '> 1', against('grpc', rate), (value) => value > 1]
  ]
  return rows
    .filter(([, , value]) => !Number.isNaN(value))
    .map(([what, target, value, met]) => ({
      what,
      target,
      figure: figure(value, 2),
      met: met(value)
    }))
}

const middle = (rounds: Rounds, name: CandidateName, cell: Cell): string =>
  figure(median(column(rounds, name, cell)))

const versusLimit = (rounds: Rounds, name: CandidateName, cell: Cell): string =>
  figure(ratio(column(rounds, name, cell), column(rounds, LIMIT, cell)), 2)

/** One figure of one candidate, round by round. */
function column(rounds: Rounds, name: CandidateName, cell: Cell): readonly number[] {
  return (rounds.get(name) ?? []).map((samples) => {
    const sample = samples.find(
      ({ step }) => step.size === cell.size && step.inFlight === cell.inFlight
    )
    return sample?.[cell.field] ?? Number.NaN
  })
}
