/**
 * A skill's text without its types, kept from start to start.
 *
 * Stripping types is 25 of the 65 ms that a runner takes to load a small TypeScript skill, and
 * leaves 18 MiB behind in it (measured): it first loads a parser far larger than the skill. So it
 * is done once for each text, aside from the agent's own thread, and kept beside the code that Node
 * keeps compiled (`module.enableCompileCache`); where Node keeps none, neither is this. What lies
 * there is trusted just as much, and no runner can write to it.
 */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { getCompileCacheDir } from 'node:module'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

/** A text larger than this is left to its runner, bytes. */
const TEXT_BYTES_MAX = 1024 * 1024

const STRIP = `const { parentPort, workerData } = require('node:worker_threads')
process.emitWarning = () => undefined // It is as experimental as Node's own loading of TypeScript.
parentPort.postMessage(require('node:module').stripTypeScriptTypes(workerData))`

export class SkillText {
  readonly #file: string
  readonly #folder: string | undefined

  /** @param folder where texts are kept; none, and nothing is */
  constructor(file: string, folder: string | undefined = beside(getCompileCacheDir())) {
    this.#file = file
    this.#folder = /\.m?ts$/.test(file) ? folder : undefined
  }

  /** The text as it is now without its types, if that is known. */
  read(): Uint8Array | undefined {
    try {
      const known = this.#known(readFileSync(this.#file))
      return known === undefined ? undefined : readFileSync(known)
    } catch {
      return undefined
    }
  }

  /** Strip it, and keep the outcome. Never rejects: what does not parse, its runner will tell. */
  async learn(): Promise<void> {
    try {
      const text = readFileSync(this.#file)
      const known = this.#known(text)
      if (known === undefined || this.#folder === undefined || existsSync(known)) return
      const stripped = await strip(text.toString())
      mkdirSync(this.#folder, { recursive: true })
      // Whole or not at all.
      writeFileSync(`${known}.${process.pid}`, stripped)
      renameSync(`${known}.${process.pid}`, known)
    } catch {
      // A disk that is full or read-only: the runner does it, as it would without any of this.
    }
  }

  /** Where the outcome lies or would lie. */
  #known(text: Buffer): string | undefined {
    if (this.#folder === undefined || text.length > TEXT_BYTES_MAX) return undefined
    return join(this.#folder, `${createHash('sha256').update(text).digest('hex')}.js`)
  }
}

const beside = (cache: string | undefined): string | undefined =>
  cache === undefined ? undefined : join(cache, 'skills')

/** On a thread of its own, whose memory is given back when it ends. */
function strip(text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const worker = new Worker(STRIP, { eval: true, workerData: text, execArgv: [], env: {} })
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', () => reject(new Error('ended without an answer')))
  return promise
}
