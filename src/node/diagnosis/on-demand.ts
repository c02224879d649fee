/**
 * The diagnosis, read and built when it is needed first.
 *
 * An agent that has peers and is asked nothing never loads it; one that is alone does so soon, for
 * whoever waits for a peer in vain has to be told why.
 */

import type { AgentStatus } from '../api.ts'
import type { Diagnosis, Sources } from './diagnosis.ts'

/** Alone for so long, and it is loaded, ms: the first task of a short-lived agent goes before. */
const ALONE_MS = 300
/** How often to look whether the agent is alone, ms. */
const LOOK_MS = 5_000

export class DiagnosisOnDemand {
  readonly #sources: Sources
  #loading: Promise<Diagnosis> | undefined
  #loaded: Diagnosis | undefined
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(sources: Sources) {
    this.#sources = sources
  }

  start(): void {
    this.#look(ALONE_MS)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#loaded?.stop()
  }

  async status(): Promise<AgentStatus> {
    return (await this.#load()).status()
  }

  async glance(): Promise<AgentStatus> {
    return (await this.#load()).glance()
  }

  async doctor(): Promise<AgentStatus> {
    return (await this.#load()).doctor()
  }

  /** In a sentence: why there may be no peers. */
  whyAlone(): string {
    return this.#loaded?.whyAlone() ?? 'this agent has only just begun to look around'
  }

  #look(ms: number): void {
    this.#timer = setTimeout(() => {
      if (this.#sources.peers().length > 0) this.#look(LOOK_MS)
      else void this.#load()
    }, ms).unref()
  }

  #load(): Promise<Diagnosis> {
    this.#loading ??= this.#build()
    return this.#loading
  }

  async #build(): Promise<Diagnosis> {
    const { Diagnosis: Made } = await import('./diagnosis.ts')
    const made = new Made(this.#sources)
    this.#loaded = made
    clearTimeout(this.#timer)
    if (!this.#stopped) made.start()
    return made
  }
}
