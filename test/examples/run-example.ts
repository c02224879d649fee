/** Runs an example as its reader would: a process of its own, from the repository's root. */

import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '../helpers/netns.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Run extends Disposable {
  readonly child: ChildProcess
  /** Resolves with the whole of stdout as soon as it contains the text. */
  printed(text: string | RegExp): Promise<string>
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>
  /** What the run left in its temporary directory. */
  leftovers(): string[]
}

/** @param host where it runs; default here */
export function runExample(file: string, args: readonly string[] = [], host?: Host): Run {
  const temp = mkdtempSync(join(tmpdir(), 'peerwork-example-'))
  const words = ['--conditions=source', join('examples', file), ...args]
  // The test runner's NODE_OPTIONS and colours are none of the example's business.
  const { NODE_OPTIONS: _, FORCE_COLOR: __, ...rest } = process.env
  const options = { cwd: ROOT, env: { ...rest, TMPDIR: temp, NO_COLOR: '1' } }
  const child = (host?.spawn ?? spawn)(process.execPath, words, options)
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString()
    for (const look of waiting) look()
  })
  child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()))
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout,
    stderr
  }))
  return {
    child,
    ended,
    printed(text) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const look = (): void => {
        if (typeof text === 'string' ? stdout.includes(text) : text.test(stdout)) resolve(stdout)
      }
      waiting.add(look)
      look()
      void ended.then(() => reject(new Error(`ended without printing ${text}: ${stdout}${stderr}`)))
      return promise.finally(() => waiting.delete(look))
    },
    leftovers: () => readdirSync(temp),
    [Symbol.dispose]() {
      child.kill('SIGKILL')
      rmSync(temp, { recursive: true, force: true })
    }
  }
}
