/** Ctrl-C and its relatives: the first asks to finish, a second Ctrl-C ends at once. */

/** Exit code of an interrupted command: 128 + SIGINT, as shells have it. */
export const EXIT_INTERRUPTED = 130
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
        exit(EXIT_INTERRUPTED)
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
