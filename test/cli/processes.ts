/** The command line as real processes, with homes of their own, on loopback. */

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'
import type { AgentInfo } from '../../src/node/api.ts'
import { skillFile } from '../../src/cli/scaffold.ts'
import { temporary } from './harness.ts'

const DOOR = [resolve('bin/peerwork.js')]

export interface World {
  readonly env: NodeJS.ProcessEnv
  /** Where commands run; apart from the homes, as a skill may read its own folder. */
  readonly cwd: string
}

export function world(): World {
  const data = temporary('data')
  const cwd = temporary('cwd')
  mkdirSync(join(cwd, 'skills'))
  writeFileSync(join(cwd, 'skills', 'shout.ts'), skillFile('shout', './shout.ts'))
  writeFileSync(join(cwd, 'skills', 'drip.ts'), DRIP)
  const { FORCE_COLOR: _force, ...env } = process.env
  return { cwd, env: { ...env, XDG_DATA_HOME: data } }
}

/** Streams words until it is stopped, or a few when told so. */
const DRIP = `import { defineSkill } from 'peerwork'
import * as z from 'zod'
export default defineSkill({
  name: 'drip', description: 'Words, one by one.',
  input: z.object({ text: z.string(), forever: z.boolean().optional() }),
  output: z.string(),
  async run({ text, forever }, ctx) {
    ctx.progress(0.5, 'dripping')
    do {
      for (const word of text.split(' ')) {
        await ctx.emit(word + ' ')
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    } while (forever && !ctx.signal.aborted)
    return text
  }
})
`

export function begin({ env, cwd }: World, args: readonly string[]): ChildProcess {
  const flags = ['--conditions=source', ...DOOR, ...args]
  const child = spawn(process.execPath, flags, { env, cwd, stdio: 'pipe' })
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  return child
}

export async function run(where: World, args: readonly string[], stdin = '') {
  const child = begin(where, args)
  child.stdin?.end(stdin)
  const [out, err] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    once(child, 'exit')
  ])
  return { code: child.exitCode, out, err }
}

const read = (stream: ChildProcess['stdout']): Promise<string> =>
  stream === null ? Promise.resolve('') : text(stream)

export interface Up extends AsyncDisposable {
  readonly child: ChildProcess
  readonly info: AgentInfo
  readonly address: string
  /** Objects printed so far. */
  readonly events: { readonly type: string; readonly [key: string]: unknown }[]
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** An agent in the foreground of its own process, found through loopback only. */
export async function up(where: World, name: string, ...more: readonly string[]): Promise<Up> {
  const args = ['up', '--name', name, '--preset', 'loopback', '--json', ...more]
  const child = begin(where, args)
  const events: Up['events'] = []
  const started = Promise.withResolvers<AgentInfo>()
  let errors = ''
  let rest = ''
  child.stderr?.on('data', (data: Buffer) => (errors += data.toString()))
  child.stdout?.on('data', (data: Buffer) => {
    const lines = (rest + data.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) events.push(JSON.parse(line) as Up['events'][0])
    const first = events.find(({ type }) => type === 'started')
    if (first !== undefined) started.resolve(first['agent'] as AgentInfo)
  })
  child.on('exit', (code) => started.reject(new Error(`up ended with ${code}: ${errors}${rest}`)))
  const info = await started.promise
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode === null) {
      child.kill(signal)
      await once(child, 'exit')
    }
    return child.exitCode
  }
  const close = async (): Promise<void> => void (await stop())
  return {
    child,
    info,
    address: info.addresses[0] ?? '',
    events,
    stop,
    [Symbol.asyncDispose]: close
  }
}

/** Resolves when the process has written what is looked for. */
export async function until(child: ChildProcess, from: 'stdout' | 'stderr', what: string) {
  let seen = ''
  child[from]?.on('data', (data: Buffer) => (seen += data.toString()))
  await expect.poll(() => seen, { timeout: 15_000 }).toContain(what)
}

/** No escape sequence anywhere: what a pipe must see. */
export function expectPlain(output: string): void {
  expect(output).not.toContain('\u001b')
}
