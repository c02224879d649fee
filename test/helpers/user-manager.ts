/**
 * A systemd of a user, for one test alone: in process and mount namespaces of its own, with a /run
 * of its own, so that nothing of the machine's systemd is seen or touched. The network and all
 * other files are the machine's.
 */

import type { ChildProcess } from 'node:child_process'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { below, until } from './processes.ts'

const run = promisify(execFile)
const MANAGER = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find((path) =>
  existsSync(path)
)
const RUNTIME = '/run/user/0'
/** For the manager to answer, ms. */
const START_MS_MAX = 20_000

/** As the first process of its namespace it would be the machine's, so the shell stays that. */
const BEGIN = `mount -t tmpfs tmpfs /run &&
mkdir -p /run/systemd/system ${RUNTIME} && chmod 700 ${RUNTIME} &&
"$0" --user --log-target=console --log-level=warning; true`

/** For `test.skipIf`: never in CI, where this must work. */
export const noManager = process.env['CI'] !== 'true' && !possible()

function possible(): boolean {
  try {
    execFileSync('unshare', ['-m', '-p', '-f', 'true'], { stdio: 'ignore' })
    execFileSync('systemctl', ['--version'], { stdio: 'ignore' })
    return MANAGER !== undefined
  } catch {
    return false
  }
}

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export class UserManager implements AsyncDisposable {
  readonly #outer: ChildProcess
  readonly #env: NodeJS.ProcessEnv
  #pid = 0
  #said = ''

  private constructor(env: NodeJS.ProcessEnv) {
    this.#env = { ...env, XDG_RUNTIME_DIR: RUNTIME }
    const namespaces = [
      '-m',
      '-p',
      '-f',
      '--kill-child',
      '--mount-proc',
      '--propagation',
      'private'
    ]
    const args = [...namespaces, 'sh', '-c', BEGIN, MANAGER ?? '/nowhere']
    this.#outer = spawn('unshare', args, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] })
    const listen = (data: Buffer): void => void (this.#said += data.toString())
    this.#outer.stdout?.on('data', listen)
    this.#outer.stderr?.on('data', listen)
  }

  /** @param env of the manager and of everything it starts */
  static async start(env: NodeJS.ProcessEnv): Promise<UserManager> {
    const manager = new UserManager(env)
    try {
      await until('the manager answers', () => manager.#answers(), START_MS_MAX)
    } catch (error) {
      await manager[Symbol.asyncDispose]()
      throw new Error(`${(error as Error).message}: ${manager.#said}`, { cause: error })
    }
    return manager
  }

  /** Run a command where the manager is, to its end. */
  async exec(command: string, args: readonly string[], cwd = '/'): Promise<Ran> {
    const inside = ['-t', String(this.#pid), '-m', '-p', '--']
    const there = ['sh', '-c', 'cd "$0" && exec "$@"', cwd, command, ...args]
    try {
      const { stdout, stderr } = await run('nsenter', [...inside, ...there], { env: this.#env })
      return { code: 0, out: stdout, err: stderr }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, out: stdout, err: stderr }
    }
  }

  async systemctl(...args: readonly string[]): Promise<Ran> {
    return this.exec('systemctl', ['--user', ...args])
  }

  /** Its end is the end of everything it started: the namespace goes with its first process. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#outer.exitCode !== null || this.#outer.signalCode !== null) return
    const gone = once(this.#outer, 'exit')
    this.#outer.kill('SIGKILL')
    await gone
  }

  async #answers(): Promise<boolean> {
    this.#pid = below(this.#outer.pid ?? 0)[0] ?? 0
    if (this.#pid === 0) return false
    return (await this.systemctl('is-system-running')).out.trim() === 'running'
  }
}
