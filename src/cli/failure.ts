/** How an error is told: what happened, the facts, what to do next. */

import { TaskFailure } from '../node/task-failure.ts'
import { ERRORS } from '../protocol/errors.ts'
import type { PeerworkError } from '../protocol/errors.ts'
import type { Output } from './output.ts'
import { plainLabel } from './plain-text.ts'

/** Longest error message shown, characters. */
const MESSAGE_LENGTH_MAX = 2000

/**
 * One block on stderr. Text in it may come from a peer, so it is made plain.
 *
 * @param command that was given what was wrong, unless the error itself says
 */
export function showError(
  error: PeerworkError,
  err: Output,
  debug: boolean,
  command?: string
): void {
  const { paint } = err
  const message = plainLabel(error.message, MESSAGE_LENGTH_MAX)
  err.line(`${paint(['bold', 'red'], `error ${error.code}`)}: ${message}`)
  const facts = Object.entries(error.facts).filter(
    ([name, value]) => name !== 'command' && isNews(value, message)
  )
  for (const [name, value] of facts) {
    err.line(paint('dim', `  ${plainLabel(name)}: ${plainLabel(String(value))}`))
  }
  err.line(`${paint('cyan', 'hint')}: ${hintOf(error, command)}`)
  if (!debug) return
  err.line(paint('dim', error.stack ?? ''))
  if (error.cause instanceof Error) err.line(paint('dim', `caused by ${error.cause.stack}`))
}

/** The hint for a wrong option, with the command that it was given to. */
function hintOf({ hint, facts }: PeerworkError, given: string | undefined): string {
  const command = facts['command'] ?? given
  const help = typeof command === 'string' ? `peerwork ${command} --help` : 'peerwork help'
  return hint.replace('peerwork <command> --help', help)
}

/** A fact that the message tells already is not repeated. */
function isNews(value: string | number | boolean | null, message: string): boolean {
  return value !== null && value !== '' && !message.includes(String(value))
}

/** The answer of a command that failed, in `--json` mode. */
export function errorJson(error: PeerworkError): object {
  const { code, message, facts, hint } = error
  const told = { error: { code, message, facts, hint } }
  if (!(error instanceof TaskFailure)) return told
  const { failure } = error.toJSON()
  return { ...told, failure }
}

export function exitCodeOf(error: PeerworkError): number {
  return ERRORS[error.code].exit
}
