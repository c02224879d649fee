/** A Postgres of the test's own, on a socket in a directory of its own. */

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Postgres refuses to run as root; `nobody` has this number everywhere. */
const NOBODY = 65_534
const NEEDED = ['initdb', 'postgres', 'psql']
const STARTS_WITHIN_MS = 60_000

/** The newest programs that are installed; Debian keeps them off the path. */
function programs(): string | undefined {
  const places = [
    ...globSync('/usr/lib/postgresql/*/bin').toSorted().toReversed(),
    ...(process.env['PATH'] ?? '').split(delimiter)
  ]
  return places.find((place) => NEEDED.every((name) => existsSync(join(place, name))))
}

/** Why there is nothing to test against; never in CI, where it has to be there. */
export function whyNot(): string | undefined {
  if (programs() !== undefined) return undefined
  const why = 'Postgres is not installed (Debian: apt-get install postgresql)'
  if (process.env['CI'] === 'true') throw new Error(why)
  return why
}

export class Server {
  readonly dir: string
  readonly url: string
  readonly #bin: string
  readonly #user: { uid?: number; gid?: number }
  #process: ChildProcess | undefined

  private constructor(dir: string, bin: string) {
    this.dir = dir
    this.#bin = bin
    this.#user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
    this.url = `postgres://tester:geheim@localhost/postgres?host=${encodeURIComponent(dir)}`
  }

  static async start(): Promise<Server> {
    const bin = programs()
    if (bin === undefined) throw new Error(whyNot())
    const dir = await mkdtemp(join(tmpdir(), 'pw-pg-'))
    const server = new Server(dir, bin)
    const { uid, gid } = server.#user
    if (uid !== undefined && gid !== undefined) await chown(dir, uid, gid)
    await chmod(dir, 0o700)
    const options = ['-U', 'tester', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    execFileSync(join(bin, 'initdb'), ['-D', server.#data, ...options], {
      ...{ ...server.#user, cwd: dir, stdio: 'pipe', env: {} }
    })
    await server.up()
    return server
  }

  get #data(): string {
    return join(this.dir, 'data')
  }

  /** Start it, and wait until it answers. */
  async up(): Promise<void> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.dir}`,
      'max_connections=40'
    ]
    const args = ['-D', this.#data, ...settings.flatMap((setting) => ['-c', setting])]
    const own = spawn(join(this.#bin, 'postgres'), args, {
      ...{ ...this.#user, cwd: this.dir, stdio: 'ignore', env: {} }
    })
    this.#process = own
    for (let waited = 0; waited < STARTS_WITHIN_MS; waited += 50) {
      if (own.exitCode !== null) throw new Error('Postgres did not start')
      if (this.#answers()) return
      await sleep(50)
    }
    throw new Error('Postgres does not answer')
  }

  #answers(): boolean {
    try {
      this.sql('SELECT 1')
      return true
    } catch {
      return false
    }
  }

  /** Run a statement as its owner. */
  sql(text: string): string {
    const args = ['-h', this.dir, '-U', 'tester', '-d', 'postgres', '-qAtc', text]
    const options = { ...this.#user, cwd: this.dir, env: {}, stdio: 'pipe' } as const
    return execFileSync(join(this.#bin, 'psql'), args, options).toString().trim()
  }

  /** @param signal SIGINT: fast, without waiting for clients; SIGQUIT: as after a crash */
  async down(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const own = this.#process
    if (own === undefined || own.exitCode !== null) return
    const ended = new Promise((resolve) => own.once('exit', resolve))
    own.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    await this.down()
    await rm(this.dir, { recursive: true })
  }
}
