/** What processes use, read from Linux' /proc; `null` where there is none. */

import { readdir, readFile } from 'node:fs/promises'

const NS_PER_US = 1000

export interface Memory {
  /** Resident set, MiB: what `ps` shows; counts shared pages in full. */
  readonly rss: number
  /** Proportional set, MiB: shared pages divided among those who share them. */
  readonly pss: number
}

/** These processes and everything they started. */
export async function family(pids: readonly number[]): Promise<readonly number[]> {
  const found = new Set(pids)
  // A set may grow while it is walked; each process is visited once.
  for (const pid of found) for (const child of await childrenOf(pid)) found.add(child)
  return [...found]
}

/**
 * Processor time each process used so far, µs, all its living threads together; to the nanosecond,
 * unlike `stat`. Processes that are gone, and all where there is no /proc, are left out.
 */
export async function cpuUs(pids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const times = await Promise.all(pids.map(threadTimes))
  const sums = times.map((each) => each.reduce((sum, ns) => sum + ns, 0) / NS_PER_US)
  return new Map(
    pids.map((pid, at): [number, number] => [pid, sums[at] ?? 0]).filter(([, us]) => us > 0)
  )
}

export async function memoryOf(pid: number): Promise<Memory | null> {
  const text = await read(`/proc/${pid}/smaps_rollup`)
  const mib = (field: string): number => {
    const [, kib = '0'] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text) ?? []
    return Number(kib) / 1024
  }
  return text === '' ? null : { rss: mib('Rss'), pss: mib('Pss') }
}

async function threadTimes(pid: number): Promise<readonly number[]> {
  const threads = await list(`/proc/${pid}/task`)
  const texts = await Promise.all(threads.map((id) => read(`/proc/${pid}/task/${id}/schedstat`)))
  return texts.filter((text) => text !== '').map((text) => Number(text.split(' ')[0]))
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await list(`/proc/${pid}/task`)
  const texts = await Promise.all(threads.map((id) => read(`/proc/${pid}/task/${id}/children`)))
  return texts.join(' ').split(' ').filter(Boolean).map(Number)
}

/** Processes and threads may end while they are looked at. */
const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')
const list = (path: string): Promise<readonly string[]> => readdir(path).catch(() => [])
