/** What a command is: its options, its help, what it does, and what it gets of the world. */

import type { Interrupts } from './interrupts.ts'
import type { Output } from './output.ts'

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Current directory, that relative file names start from. */
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  /** Results alone. */
  readonly out: Output
  /** Everything else. */
  readonly err: Output
  readonly interrupts: Interrupts
  readonly commands: CommandTable
}

/** All commands, for those that tell about others: help and completion. */
export interface CommandTable {
  /** What each is for, by name, in the order of the overview. */
  readonly summaries: Readonly<Record<string, string>>
  /** @throws PeerworkError `BAD_OPTION` for a name that is none, with the one that is near */
  load(name: string): Promise<Command>
}

export interface OptionSpec {
  readonly type: 'boolean' | 'string'
  /** May be given several times; the values come as a list. */
  readonly multiple?: true
  readonly short?: string
  /** Shown in help as the kind of value: `<file>`. */
  readonly value?: string
  /** Its value where it stands alone: a value need not follow. */
  readonly lone?: string
  /** The only values there are. */
  readonly choices?: readonly string[]
  readonly about: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** The parsed values of a set of options. */
export type Values<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K]['type'] extends 'boolean'
    ? boolean
    : O[K] extends { readonly multiple: true }
      ? readonly string[]
      : string | undefined
}

export interface ArgumentSpec {
  readonly name: string
  readonly about: string
  readonly optional?: true
  readonly choices?: readonly string[]
}

/** Parsed words of the command line. */
export interface Given<O extends OptionSpecs> {
  readonly values: Values<O & typeof COMMON>
  readonly words: readonly string[]
  /** Options that were given; the others have a value too. */
  readonly named: ReadonlySet<string>
}

export interface CommandSpec<O extends OptionSpecs> {
  readonly name: string
  /** One sentence, the one in the overview. */
  readonly summary: string
  /** What one has to know beyond the options; paragraphs. */
  readonly about?: readonly string[]
  readonly words?: readonly ArgumentSpec[]
  readonly options: O
  /** Command lines that work as they stand, each with what it is for. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** What `--json` prints. */
  readonly json: string
  /** @returns the exit code; nothing means 0 */
  run(given: Given<O>, context: Context): Promise<number | void>
}

/** Any command, its option types forgotten. */
export type Command = Omit<CommandSpec<OptionSpecs>, 'run'> & {
  run(given: Given<OptionSpecs>, context: Context): Promise<number | void>
}

/** Give a command the types of its own options. */
export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  return spec
}

/** What every command understands. */
export const COMMON = {
  home: { type: 'string', value: '<dir>', about: 'directory of the key, journal and socket' },
  name: { type: 'string', value: '<name>', about: 'name of the agent; also selects its home' },
  json: { type: 'boolean', about: 'answer in JSON on stdout' },
  debug: { type: 'boolean', about: 'show where an error was raised' },
  help: { type: 'boolean', short: 'h', about: 'show this help' }
} as const satisfies OptionSpecs

/** How a short-lived agent finds its peers, for commands that may start one. */
export const NETWORKING = {
  bootstrap: {
    type: 'string',
    multiple: true,
    value: '<addr>',
    about: 'address of a peer to join through (repeat)'
  },
  'relay-via': {
    type: 'string',
    multiple: true,
    value: '<addr>',
    about: 'address of a relay through which others shall reach this agent (repeat)'
  },
  'network-key': {
    type: 'string',
    value: '<file>',
    about: 'file of a key that everybody in the network shares'
  },
  dht: { type: 'boolean', about: 'find peers and skills in a table shared by the network' },
  mdns: { type: 'boolean', about: 'look for peers on the local network, whatever the preset' },
  'no-mdns': { type: 'boolean', about: 'do not look for peers on the local network' },
  network: { type: 'string', value: '<name>', about: 'name of the network to join' },
  preset: {
    type: 'string',
    value: '<preset>',
    choices: ['loopback', 'lan', 'internet'],
    about: 'situation that sets the defaults; lan unless told otherwise'
  },
  listen: {
    type: 'string',
    multiple: true,
    value: '<addr>',
    about: 'address to listen on, like /ip4/0.0.0.0/tcp/4001 (repeat)'
  },
  'passphrase-file': {
    type: 'string',
    value: '<file>',
    about: 'file that holds the passphrase of the key'
  }
} as const satisfies OptionSpecs
