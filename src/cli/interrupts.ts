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
}

interface Signals {
  on(name: NodeJS.Signals, listener: () => void): unknown
}

/**
 * Listen for signals for the life of the process. Every command that can take long watches
 * `signal`; a second Ctrl-C is the way out of one that does not end in time.
 */
export function listenForInterrupts(
  signals: Signals,
  exit: (code: number) => void,
  elapsed: () => number
): Interrupts {
  const abort = new AbortController()
  let first: { name: NodeJS.Signals; at: number } | undefined
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    signals.on(name, () => {
      if (first === undefined) {
        first = { name, at: elapsed() }
        abort.abort()
      } else if (name === 'SIGINT' && elapsed() - first.at > SAME_PRESS_MS) {
        exit(130)
      }
    })
  }
  return {
    signal: abort.signal,
    get name() {
      return first?.name
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
