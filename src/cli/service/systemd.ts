/** The user's own systemd, asked through its command line. */

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Starting waits until the agent is ready, or systemd gives up; a little longer than that, ms. */
const COMMAND_MS_MAX = 150_000
/** sd_booted(3). */
const BOOTED = '/run/systemd/system'
const LINGER = '/var/lib/systemd/linger'

export interface Answer {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Where user units of one's own lie. */
export function unitFolder(env: Env): string {
  const { XDG_CONFIG_HOME: config = '' } = env
  return join(config === '' ? join(homedir(), '.config') : config, 'systemd', 'user')
}

export class Systemd {
  readonly #env: Env

  constructor(env: Env) {
    this.#env = env
  }

  /** @throws PeerworkError `SERVICE_UNAVAILABLE` when there is none to talk to */
  async mustBeThere(): Promise<void> {
    if (!existsSync(BOOTED)) throw unavailable('this machine does not run systemd')
    const { code, err } = await this.#run('systemctl', ['--user', 'show-environment'])
    if (code === 0) return
    const how = 'log in as this user (not with su or sudo), or run: loginctl enable-linger'
    throw unavailable(`the systemd of this user cannot be reached (${err}); ${how}`)
  }

  /** @throws PeerworkError `SERVICE_FAILED` with what systemctl says */
  async command(unit: string, ...args: readonly string[]): Promise<void> {
    const { code, err } = await this.#run('systemctl', ['--user', ...args])
    if (code === 0) return
    const command = `systemctl --user ${args.join(' ')}`
    throw new PeerworkError('SERVICE_FAILED', `${command}: ${err}`, { unit, command })
  }

  /** Properties of a unit; those of one that is not there are empty. */
  async show(unit: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const args = ['--user', 'show', unit, `--property=${names.join(',')}`]
    const { out } = await this.#run('systemctl', args)
    const pairs = out.split('\n').map((line): [string, string] => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1)]
    })
    return new Map(pairs)
  }

  /** The last lines that the unit wrote; none where the journal cannot be read. */
  async journal(unit: string, lines: number): Promise<readonly string[]> {
    const args = ['--user', '--unit', unit, '--lines', String(lines), '--output=cat', '--no-pager']
    const { code, out } = await this.#run('journalctl', args)
    return code === 0 ? out.split('\n').filter((line) => line !== '') : []
  }

  /** Whether services of this user run without anybody logged in. */
  lingers(): boolean {
    const user = userName()
    return user !== undefined && existsSync(join(LINGER, user))
  }

  #run(command: string, args: readonly string[]): Promise<Answer> {
    const options = { env: this.#env, timeout: COMMAND_MS_MAX }
    return new Promise((resolve) => {
      execFile(command, [...args], options, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127
        const said = err.trim() === '' ? (error?.message ?? '') : err.trim()
        resolve({ code, out, err: said.split('\n')[0] ?? '' })
      })
    })
  }
}

/** A user without an entry in the user database, as in containers, has no name. */
function userName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

const unavailable = (why: string): PeerworkError =>
  new PeerworkError('SERVICE_UNAVAILABLE', why, { why })
