/**
 * Where the time goes: `node --conditions=source bench/profile.ts [what] [in flight] [seconds]`,
 * where what is a candidate (both ends are profiled), or without network and signatures `workshop`
 * or `bare`, the limit's runner.
 *
 * Node's sampling profiler runs in every process but the runners; what is printed is the self time
 * of functions during the measured step only, in µs per task.
 */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { candidateNames } from './candidates.ts'
import { dispatch } from './dispatch.ts'
import type { Plan, Sample } from './measure.ts'
import { measurePair } from './pair.ts'
import { timesOf } from './profile-times.ts'
import type { Profile } from './profile-times.ts'
import { figure, table } from './table.ts'

/** Functions shown of each process, count. */
const SHOWN = 40
const SIZE = 1024
/** Before profiling, count. */
const WARM_TASKS = 5000
/** Between two samples, µs. */
const INTERVAL_US = 100

const [name = 'peerwork', inFlight = '1', seconds = '3'] = process.argv.slice(2)
const directory = await mkdtemp(join(tmpdir(), 'peerwork-profile-'))
try {
  const step = { size: SIZE, inFlight: Number(inFlight), ms: Number(seconds) * 1000 }
  const profiler = ['--cpu-prof', `--cpu-prof-dir=${directory}`]
  const flags = ['--conditions=source', ...profiler, `--cpu-prof-interval=${INTERVAL_US}`]
  const [sample] = await samples(flags, {
    warmUp: { ...step, tasksMin: WARM_TASKS },
    steps: [step]
  })
  if (sample !== undefined) await tell(sample)
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function samples(
  flags: readonly string[],
  plan: Omit<Plan, 'pids'>
): Promise<readonly Sample[]> {
  if (name === 'workshop' || name === 'bare') {
    const way = { place: name, wrapped: true, flags } as const
    return (await dispatch(way, { ...plan, pids: [] })).samples
  }
  const candidate = candidateNames.find((known) => known === name)
  if (candidate === undefined) throw new Error(`no candidate ${name}`)
  return measurePair({ candidate, flags }, plan)
}

async function tell(sample: Sample): Promise<void> {
  const tasks = (sample.perSecond * (sample.endedUs - sample.beganUs)) / 1e6
  const { p50Us, perSecond, cpuUs, cpuEach } = sample
  process.stdout.write(
    `p50 ${figure(p50Us)} µs, ${figure(perSecond)} tasks/s, CPU ${figure(cpuUs)} µs per task: ` +
      `${cpuEach.map(([pid, us]) => `process ${pid} ${figure(us)}`).join(', ')}\n`
  )
  for (const file of await readdir(directory)) {
    const profile = JSON.parse(await readFile(join(directory, file), 'utf8')) as Profile
    const { self, places, inclusive } = timesOf(profile, sample)
    const total = [...self.values()].reduce((sum, us) => sum + us, 0)
    if (total / tasks < 1) continue
    process.stdout.write(`\n${file}: busy ${figure(total / tasks)} µs per task\n\n`)
    show('self time', self, tasks)
    show('self time by package or file', places, tasks)
    show('own functions and what they call', inclusive, tasks)
  }
}

function show(title: string, times: ReadonlyMap<string, number>, tasks: number): void {
  const rows = [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([key, us]) => [key, figure(us / tasks, 2)])
  process.stdout.write(`${table([title, 'µs per task'], rows)}\n\n`)
}
