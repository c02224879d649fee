/** Ctrl-C and its relatives: the first asks to finish, a second Ctrl-C ends at once. */

import { PeerworkError } from '../protocol/errors.ts'

/** Exit codes of a command that a signal ended: 128 and the signal's number, as shells have it. */
const EXIT_CODES: Readonly<Record<string, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }
/** Two SIGINT closer than this are one Ctrl-C that also came through a launcher, ms. */
const SAME_PRESS_MS = 100

export interface Interrupts {
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal
  /** Which one it was. */
  readonly name: NodeJS.Signals | undefined
  /**
   * Take SIGHUP as "read your configuration again", as daemons do, until the returned function is
   * called. When it comes because the terminal has gone, it still ends the command.
   */
  onHangUp?(listener: () => void): () => void
}

interface Signals {
  on(name: NodeJS.Signals, listener: () => void): unknown
}

/** What the process is told of its surroundings. */
export interface Surroundings {
  /** Ends the process. */
  exit(code: number): void
  /** Milliseconds that only go forward. */
  elapsed(): number
  /** Whether a terminal that was there at the start is there no more. */
  terminalGone?(): boolean
}

/**
 * Listen for signals for the life of the process. Every command that can take long watches
 * `signal`; a second Ctrl-C is the way out of one that does not end in time.
 */
export function listenForInterrupts(signals: Signals, around: Surroundings): Interrupts {
  const abort = new AbortController()
  const listeners = new Set<() => void>()
  let first: { name: NodeJS.Signals; at: number } | undefined
  const interrupt = (name: NodeJS.Signals): void => {
    if (first === undefined) {
      first = { name, at: around.elapsed() }
      abort.abort()
    } else if (name === 'SIGINT' && around.elapsed() - first.at > SAME_PRESS_MS) {
      around.exit(130)
    }
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) signals.on(name, () => interrupt(name))
  signals.on('SIGHUP', () => {
    if (listeners.size === 0 || around.terminalGone?.() === true) return interrupt('SIGHUP')
    for (const listener of listeners) listener()
  })
  return {
    signal: abort.signal,
    get name() {
      return first?.name
    },
    onHangUp(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    }
  }
}

/** The exit code when a signal ended the command. */
export function exitCodeOfInterrupt({ name }: Interrupts): number | undefined {
  return name === undefined ? undefined : EXIT_CODES[name]
}

/** Let the first signal end a wait. @throws PeerworkError `CANCELED` */
export function untilInterrupted<T>(work: Promise<T>, { signal }: Interrupts): Promise<T> {
  const interrupted = new Promise<never>((_resolve, reject) => {
    const stop = (): void => reject(new PeerworkError('CANCELED', 'interrupted'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  return Promise.race([work, interrupted])
}
