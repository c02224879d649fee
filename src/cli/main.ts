/** The terminal door: find the command, run it, tell errors, end with the right exit code. */

import { PeerworkError, toPeerworkError } from '../protocol/errors.ts'
import { systemClock } from '../node/clock.ts'
import { readArguments } from './arguments.ts'
import type { Command, Context } from './command.ts'
import { errorJson, exitCodeOf, showError } from './failure.ts'
import { commandHelp, overview } from './help.ts'
import { exitCodeOfInterrupt, listenForInterrupts } from './interrupts.ts'
import { Output } from './output.ts'
import { COMMANDS } from './table.ts'
import { watchTerminal } from './terminal.ts'

/** Options that may stand before the command, with whether a value follows. */
const LEADING = new Map([
  ['--home', true],
  ['--name', true],
  ['--json', false],
  ['--debug', false]
])

/** Run the process's own command line and set its exit code. Called by bin/peerwork.js. */
export async function start(): Promise<void> {
  quietOnClosedPipe()
  const context: Context = {
    env: process.env,
    cwd: process.cwd(),
    stdin: process.stdin,
    out: new Output(process.stdout, process.env),
    err: new Output(process.stderr, process.env),
    interrupts: listenForInterrupts(process, {
      exit: (code) => process.exit(code),
      elapsed: () => systemClock.elapsed(),
      terminalGone: watchTerminal()
    }),
    commands: COMMANDS
  }
  const code = await main(process.argv.slice(2), context)
  await Promise.all([context.out.drained(), context.err.drained()])
  // Whatever a library still holds open (a timer, a socket) must not keep the shell waiting.
  process.exit(code)
}

/** @returns the exit code; never throws */
export async function main(args: readonly string[], context: Context): Promise<number> {
  const debug = args.includes('--debug')
  const json = wantsJson(args)
  let command: Command | undefined
  try {
    const { name, rest } = commandOf(args)
    if (name === undefined) return showOverview(rest, context)
    command = await context.commands.load(name)
    return await runCommand(command, rest, context)
  } catch (thrown) {
    const error = toPeerworkError(thrown)
    const interrupted = error.code === 'CANCELED' && exitCodeOfInterrupt(context.interrupts)
    if (json) context.out.json(errorJson(error))
    else if (interrupted) context.err.line(context.err.paint('yellow', error.message))
    else showError(error, context.err, debug, command?.name)
    return interrupted || exitCodeOf(error)
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  context: Context
): Promise<number> {
  const given = readArguments(command, args)
  if (given.values.help) {
    context.out.line(commandHelp(command, context.out.paint, context.out.columns))
    return 0
  }
  return (await command.run(given, context)) ?? 0
}

/** The first word that is no leading option is the command; leading options move behind it. */
function commandOf(args: readonly string[]): { name?: string; rest: string[] } {
  const leading: string[] = []
  let at = 0
  while (at < args.length) {
    const word = args[at] ?? ''
    const takesValue = LEADING.get(word.split('=')[0] ?? '')
    if (takesValue === undefined) break
    leading.push(...args.slice(at, at + (takesValue && !word.includes('=') ? 2 : 1)))
    at += takesValue && !word.includes('=') ? 2 : 1
  }
  const name = args[at]
  if (name === undefined) return { rest: leading }
  if (name === '--version' || name === '-V') return { name: 'version', rest: leading }
  if (name.startsWith('-')) return { rest: [...leading, ...args.slice(at)] }
  return { name, rest: [...args.slice(at + 1), ...leading] }
}

function showOverview(rest: readonly string[], context: Context): number {
  const asked = rest.length === 0 || rest.includes('--help') || rest.includes('-h')
  if (!asked) {
    const word = rest.find((text) => !LEADING.has(text)) ?? rest[0] ?? ''
    throw new PeerworkError('BAD_OPTION', `which command? "${word}" stands alone`)
  }
  const to = rest.length === 0 ? context.err : context.out
  to.line(overview(context.commands.summaries, to.paint))
  return rest.length === 0 ? 2 : 0
}

/** `--json` counts even when the rest of the line cannot be read, but not after `--`. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).includes('--json')
}

/**
 * `peerwork … | head` closes our stdout: the reader has enough, and that is no error. A terminal
 * that was closed (EIO) hears nothing any more, but SIGHUP comes with it, and an agent drains.
 */
function quietOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      if (error.code === 'EIO' || error.code === 'ERR_STREAM_DESTROYED') return
      throw error
    })
  }
}
