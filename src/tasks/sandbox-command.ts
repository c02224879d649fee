/**
 * The command line of a runner process. Pure: the same arguments give the same command.
 *
 * From outside to inside: `prlimit` bounds data, files and core dumps; `bwrap` takes away network,
 * file system, other processes and capabilities; Node's permission model takes away what is left
 * to ask for. Without bubblewrap, `setpriv` at least ends the runner when the agent dies.
 */

import { RUNNER_DATA_MB, RUNNER_FILES_MAX } from './limits.ts'
import { holds } from './sandbox-reach.ts'

export interface Tools {
  readonly bwrap?: string
  readonly prlimit?: string
  readonly setpriv?: string
}

export interface CommandInit {
  /** Path of the node executable. */
  readonly node: string
  readonly entry: string
  /** What the skill may read. */
  readonly read: readonly string[]
  /** JavaScript heap, MiB. */
  readonly memoryMb: number
  readonly tools: Tools
  /** Directories of shared libraries that exist here. */
  readonly system: readonly string[]
  /** The agent's home, kept out even where it lies under something readable. */
  readonly home?: string
}

export interface Command {
  readonly file: string
  readonly args: readonly string[]
}

export function sandboxCommand(init: CommandInit): Command {
  const { tools } = init
  const words = [
    ...(tools.prlimit === undefined ? [] : limits(tools.prlimit, init.memoryMb)),
    ...outer(init),
    init.node,
    ...nodeFlags(init),
    init.entry
  ]
  const [file = init.node, ...args] = words
  return { file, args }
}

function nodeFlags({ read, memoryMb }: CommandInit): string[] {
  return [
    '--permission',
    ...read.map((path) => `--allow-fs-read=${path}`),
    // node:sqlite opens files without asking the permission model.
    '--no-experimental-sqlite',
    '--no-addons',
    // A signal must not open a debugger.
    '--disable-sigusr1',
    `--max-old-space-size=${memoryMb}`
  ]
}

function limits(prlimit: string, memoryMb: number): string[] {
  const data = (memoryMb + RUNNER_DATA_MB) * 1024 * 1024
  // No limit on processes: it counts all threads of the user, ours and the agent's together.
  return [prlimit, `--data=${data}`, `--nofile=${RUNNER_FILES_MAX}`, '--fsize=0', '--core=0']
}

function outer(init: CommandInit): string[] {
  const { bwrap, setpriv } = init.tools
  if (bwrap !== undefined) return [bwrap, ...bubble(init), '--']
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--']
}

function bubble({ system, read, node, home }: CommandInit): string[] {
  const bind = (path: string): string[] => ['--ro-bind', path, path]
  const hidden = home !== undefined && system.some((path) => holds(path, home))
  return [
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    '--clearenv',
    '--cap-drop',
    'ALL',
    '--uid',
    '65534',
    '--gid',
    '65534',
    ...system.flatMap(bind),
    ...(hidden ? ['--tmpfs', home] : []),
    ...bind(node),
    ...read.flatMap(bind),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--chdir',
    '/'
  ]
}
