/** Whether the terminal that a command was started in is still there. */

import { isatty } from 'node:tty'

const STANDARD_FILES = [0, 1, 2] as const

/**
 * Looks now, and again when the returned function is called: true when one of the standard files
 * was a terminal and is none any more. A terminal that was closed answers no questions (tty_ioctl
 * fails with EIO), which is how a hang-up is told from a SIGHUP that somebody sent.
 */
export function watchTerminal(isTerminal: (file: number) => boolean = isatty): () => boolean {
  const terminals = STANDARD_FILES.filter((file) => isTerminal(file))
  return () => terminals.some((file) => !isTerminal(file))
}
