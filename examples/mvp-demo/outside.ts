/**
 * An observer that has no part in the play: `peerwork observe`, as anybody starts it, in a process
 * and a home of its own. It joins when all is done, learns what was before it came, and is asked
 * over HTTP, with a key that may read.
 */

import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** From its start until it listens, ms: twenty times what it takes. */
const START_MS_MAX = 20_000
/** For it to have everything of the trace, ms: forty times the wait of a batch of events. */
const COLLECT_MS_MAX = 10_000
/** Between two looks, ms. */
const LOOK_EVERY_MS = 50
/** Between the polite and the firm request to end, ms. */
const LEAVE_MS_MAX = 5_000
/** The end of what it complained, characters. */
const LAST_WORDS_LENGTH = 2_000

const CURTAIN = new URL('./curtain.ts', import.meta.url).href
const DOOR = fileURLToPath(new URL('../../bin/peerwork.js', import.meta.url))
const run = promisify(execFile)

export interface OutsideInit {
  readonly home: string
  readonly network: string
  /** Addresses to join through; empty means mDNS. */
  readonly bootstrap: readonly string[]
  readonly trace: string
}

/** A question as it was asked, but for the key, and the answer. */
export interface Answered {
  readonly line: string
  readonly answer: Readonly<Record<string, unknown>>
}

export interface Seen {
  readonly url: string
  /** A link for a browser, which works once; null once somebody has signed in. */
  readonly signIn: string | null
  /** What started it. */
  readonly command: string
  /** From its start until it had everything, ms. */
  readonly ms: number
  /** The trace, what it cost, and what of it is missing. */
  readonly answers: readonly Answered[]
}

export class Outside implements AsyncDisposable {
  readonly #init: OutsideInit
  readonly #child: ChildProcess
  #lastWords = ''

  constructor(init: OutsideInit) {
    this.#init = init
    const words = ['--import', CURTAIN, ...this.#command(), ...this.#way(), '--port', '0']
    this.#child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stdin?.on('error', () => undefined)
    this.#child.on('error', (error) => (this.#lastWords += error.message))
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#lastWords = (this.#lastWords + data.toString()).slice(-LAST_WORDS_LENGTH)
    })
  }

  /** @throws Error with what it said when it ended too soon, or that it took too long */
  async look(): Promise<Seen> {
    const began = performance.now()
    const { trace, network } = this.#init
    const { url, signIn } = await this.#started()
    const key = await this.#key()
    const of = `${url}/api/v1/traces/${trace}`
    const integrity = await this.#untilComplete(`${of}/integrity`, key)
    const ms = performance.now() - began
    return {
      ...{ url, signIn, ms, command: `peerwork observe --network ${network}` },
      answers: [await ask(of, key), await ask(`${url}/api/v1/costs?from=1h`, key), integrity]
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child
    if (exitCode !== null || signalCode !== null || pid === undefined) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.kill(), LEAVE_MS_MAX)
    await gone
    clearTimeout(timer)
  }

  /** At once and without waiting. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #command(): string[] {
    return ['--conditions=source', DOOR, 'observe', '--json', '--home', this.#init.home]
  }

  #way(): string[] {
    const { network, bootstrap } = this.#init
    const found = bootstrap.length === 0 ? ['--mdns'] : ['--no-mdns']
    const addresses = bootstrap.flatMap((address) => ['--bootstrap', address])
    return ['--network', network, '--preset', 'loopback', ...found, ...addresses]
  }

  async #started(): Promise<Pick<Seen, 'url' | 'signIn'>> {
    const { stdout } = this.#child
    if (stdout === null) throw new Error('the outside observer did not start')
    const [line] = (await Promise.race([
      once(createInterface(stdout), 'line'),
      once(this.#child, 'close'),
      sleep(START_MS_MAX, [''], { ref: false })
    ])) as [unknown]
    if (typeof line === 'string' && line !== '') {
      return JSON.parse(line) as Pick<Seen, 'url' | 'signIn'>
    }
    throw new Error(`the outside observer did not start: ${this.#lastWords}`)
  }

  async #key(): Promise<string> {
    const words = ['key', 'create', 'demo', '--scope', 'read']
    const { stdout } = await run(process.execPath, [...this.#command(), ...words])
    return (JSON.parse(stdout) as { readonly key: string }).key
  }

  /** Every event that those who took part told of is there, and of both sides. */
  async #untilComplete(url: string, key: string): Promise<Answered> {
    const end = performance.now() + COLLECT_MS_MAX
    for (;;) {
      const asked = await ask(url, key)
      const { complete, producers } = asked.answer
      if (complete === 1 && Array.isArray(producers) && producers.length >= 2) return asked
      if (performance.now() > end) {
        const text = `${COLLECT_MS_MAX / 1000} s: ${JSON.stringify(asked.answer)}`
        throw new Error(`the outside observer did not get everything within ${text}`)
      }
      await sleep(LOOK_EVERY_MS)
    }
  }
}

/** With curl as printed, or without it by the same request. */
async function ask(url: string, key: string): Promise<Answered> {
  const header = (value: string): string => `Authorization: Bearer ${value}`
  const line = `curl -sS -H "${header('$KEY')}" "${url}"`
  const answer = await run('curl', ['-sS', '-H', header(key), url]).then(
    ({ stdout }) => stdout,
    async ({ code, stderr }: NodeJS.ErrnoException & { readonly stderr?: string }) => {
      // Without the error's own words, which hold the key.
      if (code !== 'ENOENT') throw new Error(`${line}: ${stderr?.trim() ?? code}`)
      const response = await fetch(url, { headers: { authorization: `Bearer ${key}` } })
      return response.text()
    }
  )
  return { line, answer: JSON.parse(answer) as Answered['answer'] }
}
