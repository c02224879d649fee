/** Starting and ending the processes of a measurement. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Order } from './role.ts'

/** What a process that was told to stop may take before it is ended by force, ms. */
const STOP_MS_MAX = 3000
/** Kept of what a process complains, characters. */
const COMPLAINT_MAX = 4000

/** From source, as somebody runs it who edited it: with the packages of `make install` bundled. */
const BUNDLED = `--import=${new URL('../bin/prebundled.js', import.meta.url).href}`

export interface Part {
  readonly pid: number
  /** The next line it says. Rejects when it ends first or takes longer than `msMax`. */
  next(msMax: number): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

/** @param flags for Node, before the script; by default it runs from source */
export function startPart(order: Order, flags = fromSource(order)): Part {
  const script = fileURLToPath(new URL('./role.ts', import.meta.url))
  const child = spawn(process.execPath, [...flags, script, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'pipe']
  })
  const what = `${order.candidate} (${order.role})`
  let complaint = ''
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-COMPLAINT_MAX)
  })
  child.stdin.on('error', () => {})
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    pid: child.pid ?? -1,
    next: async (msMax) => {
      const late = timer(msMax)
      try {
        const line = await Promise.race([lines.next(), late.done])
        if (line === undefined) throw new Error(`${what} said nothing for ${msMax} ms ${complaint}`)
        if (line.done === true) throw new Error(`${what} ended early: ${complaint}`)
        return JSON.parse(line.value) as Record<string, unknown>
      } finally {
        late.clear()
      }
    },
    stop: () => stop(child)
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.stdin?.end()
  const late = timer(STOP_MS_MAX)
  await Promise.race([gone, late.done])
  late.clear()
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await gone
  }
}

function fromSource({ candidate }: Order): readonly string[] {
  return ['--conditions=source', ...(candidate === 'peerwork' ? [BUNDLED] : [])]
}

function timer(ms: number): { readonly done: Promise<undefined>; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const handle = setTimeout(() => resolve(undefined), ms)
  return { done: promise, clear: () => clearTimeout(handle) }
}
