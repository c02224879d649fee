/** Which tools for isolation this machine has, and the level they reach. */

import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { PeerworkError } from '../protocol/errors.ts'
import type { Isolation } from '../protocol/message/result.ts'
import type { Command, Tools } from './sandbox-command.ts'
import { sandboxCommand } from './sandbox-command.ts'
import type { Reach } from './sandbox-reach.ts'
import type { WorkLog } from './work.ts'

/** What the dynamic loader needs to start Node. */
const LIBRARIES = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/etc/ld.so.cache', '/nix/store']

interface ShelterInit {
  readonly entry: string
  readonly home: string | undefined
  readonly minIsolation: Isolation
  readonly log: WorkLog
  readonly env?: NodeJS.ProcessEnv
}

/**
 * bubblewrap is tried by using it: the first runner that says hello from inside proves that it
 * works. Until then one failure means that this kernel or container does not allow it; afterwards
 * the level never drops again.
 */
export class Shelter {
  readonly entry: string
  readonly home: string | undefined
  /** Resolved once: an upgrade may take the file away while the agent runs. */
  readonly #node: string
  readonly #tools: Tools
  readonly #system: readonly string[]
  readonly #init: ShelterInit
  #bubble: 'untried' | 'works' | 'missing'

  constructor(init: ShelterInit) {
    this.#init = init
    this.entry = realpathSync(init.entry)
    this.home = init.home
    this.#node = realpathSync(process.execPath)
    this.#tools = process.platform === 'linux' ? findTools(init.env ?? process.env) : {}
    this.#system = LIBRARIES.filter((path) => existsSync(path))
    this.#bubble = this.#tools.bwrap === undefined ? 'missing' : 'untried'
    this.#demand()
  }

  get isolation(): Isolation {
    return this.#bubble === 'missing' ? 'process' : 'os'
  }

  command(reach: Reach, memoryMb: number): Command {
    const { bwrap: _, ...others } = this.#tools
    return sandboxCommand({
      node: this.#node,
      entry: this.entry,
      read: reach.read,
      memoryMb,
      tools: this.isolation === 'os' ? this.#tools : others,
      system: this.#system,
      ...(this.home === undefined ? {} : { home: this.home })
    })
  }

  /** A runner has started at this level. */
  proved(isolation: Isolation): void {
    if (isolation === 'os') this.#bubble = 'works'
  }

  /**
   * A runner ended before its first word. Returns whether trying again can help.
   *
   * @throws PeerworkError `ISOLATION_UNAVAILABLE` when the level below is not allowed
   */
  failed(isolation: Isolation, why: string): boolean {
    if (isolation !== 'os' || this.#bubble === 'works') return false
    if (this.#bubble === 'untried') {
      this.#bubble = 'missing'
      this.#init.log.warn({ why }, 'bubblewrap does not work here; skills run in plain processes')
    }
    this.#demand(why)
    return true
  }

  #demand(why = 'bubblewrap (bwrap) was not found'): void {
    if (this.#init.minIsolation !== 'os' || this.isolation === 'os') return
    const text = `skills must be isolated by the operating system, and ${why}`
    throw new PeerworkError('ISOLATION_UNAVAILABLE', text, { wanted: 'os', reached: 'process' })
  }
}

/** `PEERWORK_SANDBOX=process` leaves bubblewrap aside, to see how things are without it. */
function findTools(env: NodeJS.ProcessEnv): Tools {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  const found: Record<string, string> = {}
  for (const name of ['bwrap', 'prlimit', 'setpriv']) {
    if (name === 'bwrap' && env['PEERWORK_SANDBOX'] === 'process') continue
    const folder = folders.find((folder) => isExecutable(join(folder, name)))
    if (folder !== undefined) found[name] = join(folder, name)
  }
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
