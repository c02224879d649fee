/**
 * Processor time and memory of another process, read from Linux' /proc.
 *
 * The files are opened once and read again and again: 1 µs for the time on the processor, 2 µs for
 * the rest, which is therefore read at most once in a tick, the unit it counts in. Sources:
 * proc_pid_stat(5), proc-schedstat. Elsewhere every reading is zero: not measured.
 */

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

export interface Reading {
  /** Processor time since the process began, ms. */
  readonly cpuMs: number
  /** Resident memory now, or at most 10 ms ago, bytes. */
  readonly rssBytes: number
}

export interface Meter {
  /** Process id of the node process itself, not of the tools wrapped around it. */
  readonly pid: number
  /** Whether readings say anything; without /proc they do not. */
  readonly measures: boolean
  read(): Reading
  close(): void
}

const NOTHING: Reading = { cpuMs: 0, rssBytes: 0 }
/** USER_HZ is 100 on every architecture that Node runs on. */
const TICK_MS = 10
const PAGE_BYTES = 4096
/** Below this many ticks their rounding is larger than what they say. */
const COARSE_MS = 5 * TICK_MS
const buffer = Buffer.allocUnsafe(1024)

/** @param elapsed milliseconds that only go forward */
export function createMeter(spawned: number, elapsed: () => number): Meter {
  const pid = innermost(spawned)
  const stat = openOrNot(`/proc/${pid}/stat`)
  const schedule = openOrNot(`/proc/${pid}/schedstat`)
  let seen = { at: Number.NEGATIVE_INFINITY, allMs: 0, rssBytes: 0 }
  return {
    pid,
    measures: stat !== undefined,
    read() {
      if (stat === undefined) return NOTHING
      try {
        // Exact, but of the main thread only; ticks count the helper threads too.
        const mainMs = schedule === undefined ? 0 : readNanoseconds(schedule) / 1e6
        const now = elapsed()
        if (now - seen.at >= TICK_MS) {
          const { ticks, pages } = readStat(stat)
          seen = { at: now, allMs: ticks * TICK_MS, rssBytes: pages * PAGE_BYTES }
        }
        return { cpuMs: Math.max(mainMs, seen.allMs - COARSE_MS), rssBytes: seen.rssBytes }
      } catch {
        return NOTHING
      }
    },
    close() {
      for (const file of [stat, schedule]) if (file !== undefined) closeSync(file)
    }
  }
}

function readStat(file: number): { ticks: number; pages: number } {
  const text = readText(file)
  // The second field is the program's name in brackets, which may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { ticks: Number(fields[11]) + Number(fields[12]), pages: Number(fields[21]) }
}

/** The first of the numbers: time on the processor. */
function readNanoseconds(file: number): number {
  const text = readText(file)
  return Number(text.slice(0, text.indexOf(' ')))
}

function readText(file: number): string {
  return buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0))
}

function openOrNot(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

/** A process and what runs inside of it, the innermost first. */
export function chainOf(pid: number): number[] {
  const child = childOf(pid)
  return child === undefined ? [pid] : [...chainOf(child), pid]
}

/** Follow only children down: bubblewrap is two processes, and Node the child of the second. */
function innermost(pid: number): number {
  const child = childOf(pid)
  return child === undefined ? pid : innermost(child)
}

function childOf(pid: number): number | undefined {
  try {
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')[0]
    return first === undefined || first === '' ? undefined : Number(first)
  } catch {
    return undefined
  }
}
