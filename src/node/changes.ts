/** What can change while an agent runs: who may submit, its skills, how much it logs. */

import { PeerworkError } from '../protocol/errors.ts'
import { isAgentId } from '../protocol/identity.ts'
import type { Admission } from '../tasks/admission.ts'
import type { AllowFile } from '../tasks/allow-file.ts'
import { openAllowFile } from '../tasks/allow-file.ts'
import type { Workshop } from '../tasks/work.ts'
import type { AgentChanges } from './api.ts'
import { toLogLevels } from './log-levels.ts'
import type { Logger, Logs } from './logger.ts'
import type { AgentOptions } from './options.ts'
import type { MetricsDoor } from './metrics-door.ts'
import { toSources } from './options.ts'
import { toQuotas } from './quota.ts'
import type { Quotas } from './quotas.ts'

export interface ChangesInit {
  readonly options: AgentOptions
  readonly admission: Admission
  readonly workshop: Workshop
  readonly log: Logger
  readonly logs: Logs
  /** Other agents have to hear of new skills. */
  readonly announce: () => void
  readonly quotas: Quotas
  /** Undefined while the agent starts. */
  readonly metrics: () => MetricsDoor | undefined
}

export class Changes implements Disposable {
  readonly #init: ChangesInit
  #allow: readonly string[]
  #file: AllowFile | undefined
  /** One change at a time: two at once could leave a mixture. */
  #last: Promise<void> = Promise.resolve()

  /** @throws PeerworkError `BAD_OPTION` for an allow file that cannot be read */
  constructor(init: ChangesInit) {
    const { allow, allowFile } = init.options
    this.#init = init
    this.#allow = allow
    this.#use(allowFile === undefined ? undefined : this.#open(allowFile))
  }

  /**
   * All of it, or nothing: what can fail comes first.
   *
   * @throws PeerworkError `BAD_OPTION`, or what a skill failed to load with
   */
  change(changes: AgentChanges): Promise<void> {
    const next = this.#last.then(() => this.#change(changes))
    this.#last = next.catch(() => undefined)
    return next
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]()
  }

  async #change(changes: AgentChanges): Promise<void> {
    const { admission, workshop, logs, announce, quotas, options } = this.#init
    const { allow, allowFile, open, skills, logLevel } = changes
    const asked = changes.quotas && toQuotas(changes.quotas, options.preset.quota)
    const levels = logLevel === undefined ? undefined : toLogLevels(logLevel)
    checkAdmitted(changes, admission)
    const door = this.#init.metrics()
    const moved = changes.metrics === undefined ? undefined : await door?.move(changes.metrics)
    let file: AllowFile | undefined
    try {
      if (typeof allowFile === 'string') file = this.#open(allowFile)
      if (skills !== undefined) await workshop.change(toSources(skills))
    } catch (error) {
      file?.[Symbol.dispose]()
      await moved?.drop()
      throw error
    }
    await moved?.keep()
    if (levels !== undefined) logs.change(levels)
    if (asked !== undefined) quotas.change(asked)
    if (open !== undefined) admission.open(open)
    if (allow !== undefined) this.#replace(allow)
    if (allowFile !== undefined) this.#use(file)
    if (skills !== undefined) announce()
  }

  /** Peers that `Agent.allow` let in stay, as do those of the file. */
  #replace(allow: readonly string[]): void {
    const { admission } = this.#init
    for (const peer of this.#allow) if (!allow.includes(peer)) admission.disallow(peer)
    for (const peer of allow) admission.allow(peer)
    this.#allow = allow
    admission.list(this.#file?.peers() ?? [])
  }

  #use(file: AllowFile | undefined): void {
    this.#file?.[Symbol.dispose]()
    this.#file = file
    this.#init.admission.list(file?.peers() ?? [])
  }

  /** A file that was replaced meanwhile has nothing to say any more. */
  #open(path: string): AllowFile {
    const { admission, log } = this.#init
    const file: AllowFile = openAllowFile(path, log, (listed) => {
      if (this.#file === file) admission.list(listed)
    })
    return file
  }
}

/** @throws PeerworkError `BAD_OPTION` for what is no id, and for lists where roles decide */
function checkAdmitted({ allow = [], allowFile = null, open }: AgentChanges, admission: Admission) {
  for (const peer of allow) if (!isAgentId(peer)) throw bad(`allow: "${peer}" is no peer id`)
  const lists = allow.length > 0 || allowFile !== null || open === true
  if (!lists || admission.mode() !== 'members') return
  throw bad('open, allow: in a network with an owner roles say who may do what')
}

const bad = (message: string): PeerworkError => new PeerworkError('BAD_OPTION', message)
