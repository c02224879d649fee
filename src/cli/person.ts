/** The person at the terminal, asked for what no option has said. */

import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { PeerworkError } from '../protocol/errors.ts'
import type { Context } from './command.ts'
import { untilInterrupted } from './interrupts.ts'

/** Wrong answers that are met with the question again, count. */
const TRIES_MAX = 3

/** Whether anybody can be asked. In `--json` mode a program reads along, so nobody is. */
export function isPersonThere({ stdin, err }: Context, json: boolean): boolean {
  return !json && stdin.isTTY === true && err.tty
}

export class Person implements Disposable {
  readonly #context: Context
  readonly #lines: Interface
  readonly #said: string[] = []
  readonly #gone = new AbortController()
  #heard: (() => void) | undefined
  #secret = false

  constructor(context: Context) {
    this.#context = context
    const { err, stdin } = context
    const echo = new Writable({
      write: (text: Buffer, _encoding, done) => {
        if (!this.#secret) err.raw(text.toString())
        done()
      }
    })
    this.#lines = createInterface({ input: stdin, output: echo, terminal: true, historySize: 0 })
    this.#lines.on('line', (line) => {
      this.#said.push(line)
      this.#heard?.()
    })
    this.#lines.on('close', () => this.#hangUp())
    // The terminal is in raw mode, so that Ctrl-C comes as a character.
    this.#lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  }

  /** @throws PeerworkError `CANCELED` by Ctrl-C, `BAD_OPTION` by Ctrl-D */
  async ask(question: string): Promise<string> {
    const { err, interrupts } = this.#context
    err.raw(question)
    while (this.#said.length === 0) {
      if (this.#gone.signal.aborted) throw unanswered()
      const heard = new Promise<void>((resolve) => (this.#heard = resolve))
      await untilInterrupted(heard, interrupts)
    }
    return this.#said.shift() ?? ''
  }

  /** The answer is not shown. */
  async askSecret(question: string): Promise<string> {
    this.#secret = true
    try {
      return await this.ask(question)
    } finally {
      this.#secret = false
      this.#context.err.raw('\n')
    }
  }

  /** Only a clear yes is one. */
  async confirm(question: string): Promise<boolean> {
    return /^y(?:es)?$/i.test((await this.ask(`${question} [y/N] `)).trim())
  }

  /** A passphrase twice, since a slip could never be undone; nothing for none. */
  async askNewPassphrase(what: string): Promise<string | undefined> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const first = await this.askSecret(`Passphrase for ${what} (Enter for none): `)
      if (first === '') return undefined
      if ((await this.askSecret('The same again: ')) === first) return first
      this.#context.err.line('They differ; once more.')
    }
    throw new PeerworkError('BAD_OPTION', `the passphrases differed ${TRIES_MAX} times`)
  }

  [Symbol.dispose](): void {
    this.#lines.close()
  }

  #hangUp(): void {
    this.#gone.abort()
    this.#heard?.()
  }
}

const unanswered = (): PeerworkError =>
  new PeerworkError('BAD_OPTION', 'nobody answered; --help tells which option answers')
