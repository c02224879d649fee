/** The processes: started, listened to, and ended, whatever happens. */

import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Message, Part, Role } from './messages.ts'

/** Between the polite and the firm request to end, ms. */
const LEAVE_MS_MAX = 3_000
/** From source, or what `make install` has bundled of it while nothing is newer. */
const BUNDLED = new URL('../../bin/bundled.js', import.meta.url).href
const NODE_FLAGS = ['--conditions=source', '--import', BUNDLED]
/** The end of what a crashed process wrote to stderr, characters. */
const LAST_WORDS_LENGTH = 2_000

export type Report =
  | { readonly type: 'said'; readonly role: Role; readonly message: Message }
  | { readonly type: 'died'; readonly role: Role; readonly how: string }

export class Cast {
  readonly #report: (report: Report) => void
  readonly #processes = new Map<Role, ChildProcess>()
  #leaving = false

  /** @param report called with everything the processes say, and with their unexpected deaths */
  constructor(report: (report: Report) => void) {
    this.#report = report
  }

  /** @throws Error when the others have left: nobody would end this one */
  start(part: Part): void {
    if (this.#leaving) throw new Error('everybody has left')
    const { role } = part
    const file = fileURLToPath(new URL(`./${role}.ts`, import.meta.url))
    const child = spawn(process.execPath, [...NODE_FLAGS, file, JSON.stringify(part)], {
      env: { NODE_COMPILE_CACHE: compileCache(), ...process.env },
      stdio: ['pipe', 'pipe', 'pipe']
    })
    this.#processes.set(role, child)
    let lastWords = ''
    child.stderr.on('data', (data: Buffer) => {
      lastWords = (lastWords + data.toString()).slice(-LAST_WORDS_LENGTH)
    })
    child.on('error', (error) => this.#report({ type: 'died', role, how: error.message }))
    child.on('close', (code, signal) => {
      if (this.#leaving) return
      const how = `ended with ${signal ?? `exit code ${code}`}${lastWords && `: ${lastWords}`}`
      this.#report({ type: 'died', role, how })
    })
    createInterface(child.stdout).on('line', (line) => {
      this.#report({ type: 'said', role, message: JSON.parse(line) as Message })
    })
  }

  /** Close their stdin, which ends them; then insist. */
  async leave(roles: readonly Role[] = [...this.#processes.keys()]): Promise<void> {
    this.#leaving = true
    const children = roles.flatMap((role) => this.#processes.get(role) ?? [])
    await Promise.all(children.map(end))
  }

  /** At once and without waiting: for the last moment of this process. */
  kill(): void {
    this.#leaving = true
    for (const child of this.#processes.values()) child.kill('SIGKILL')
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.stdin?.on('error', () => {})
  child.stdin?.end()
  const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS_MAX)
  await gone
  clearTimeout(timer)
}

/** Compiled code kept between runs: the second start of an agent is a quarter faster. */
function compileCache(): string {
  const base = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return join(base, 'peerwork', 'compile')
}
