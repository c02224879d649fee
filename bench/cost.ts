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

/** Processor time used so far by all threads that live, µs; to the nanosecond, unlike `stat`. */
export async function cpuUs(pids: readonly number[]): Promise<number | null> {
  const all = await Promise.all(pids.map(threadTimes))
  const ns = all.flat()
  return ns.length === 0 ? null : ns.reduce((sum, each) => sum + each, 0) / NS_PER_US
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
