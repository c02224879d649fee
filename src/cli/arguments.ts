/** The words after a command's name, read by its specification. */

import { parseArgs } from 'node:util'
import { PeerworkError } from '../protocol/errors.ts'
import type { Command, Given, OptionSpec, OptionSpecs } from './command.ts'
import { COMMON } from './command.ts'
import { suggestion } from './did-you-mean.ts'

/**
 * Read the arguments of a command.
 *
 * `parseArgs` only cuts them up; what is wrong is found here, because the built-in messages neither
 * suggest the word that was meant nor carry a code.
 *
 * @throws PeerworkError `BAD_OPTION` with the word that is wrong
 */
export function readArguments(command: Command, args: readonly string[]): Given<OptionSpecs> {
  const specs: OptionSpecs = { ...command.options, ...COMMON }
  const { tokens } = parseArgs({
    args: args.map((word, at) => withLone(specs, word, args[at + 1])),
    options: parseOptions(specs),
    strict: false,
    tokens: true,
    allowPositionals: true
  })
  const values = emptyValues(specs)
  const words: string[] = []
  const named = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    take(values, { command, specs, ...token })
    named.add(token.name)
  }
  if (values['help'] !== true) checkWords(command, words)
  return { values: values as Given<OptionSpecs>['values'], words, named }
}

/** `--metrics` alone, or before the next option, as `--metrics=9464`. */
function withLone(specs: OptionSpecs, word: string, next: string | undefined): string {
  const name = word.replace(/^--/, '')
  const lone = word.startsWith('--') && Object.hasOwn(specs, name) ? specs[name]?.lone : undefined
  if (lone === undefined || (next !== undefined && !next.startsWith('-'))) return word
  return `${word}=${lone}`
}

type Found = Record<string, string | boolean | string[] | undefined>

interface Taken {
  readonly command: Command
  readonly specs: OptionSpecs
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function take(values: Found, token: Taken): void {
  const { command, specs, name, rawName, value } = token
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  if (spec === undefined) {
    const hint = suggestion(rawName, Object.keys(specs))
    throw usage(command, `unknown option ${rawName}.${hint}`, { option: rawName })
  }
  if (spec.type === 'boolean') {
    values[name] = truth(token)
    return
  }
  const swallowed = value !== undefined && token.inlineValue !== true && value.startsWith('--')
  if (value === undefined || swallowed) {
    throw usage(command, `${rawName} needs a value: ${rawName} ${spec.value ?? '<value>'}`, {
      option: rawName
    })
  }
  checkChoice(token, spec, value)
  if (spec.multiple === true) values[name] = [...((values[name] as string[]) ?? []), value]
  else values[name] = value
}

/** `--open`, or `--open=false` against what the environment or a configuration file says. */
function truth({ command, rawName, value }: Taken): boolean {
  if (value === undefined || value === 'true') return true
  if (value === 'false') return false
  const message = `${rawName} takes no value, or =true or =false`
  throw usage(command, message, { option: rawName })
}

function checkChoice(token: Taken, spec: OptionSpec, value: string): void {
  if (spec.choices === undefined || spec.choices.includes(value)) return
  const choices = spec.choices.join(', ')
  const hint = suggestion(value, spec.choices)
  throw usage(token.command, `${token.rawName} is one of ${choices}; not "${value}".${hint}`, {
    option: token.rawName
  })
}

function checkWords(command: Command, words: readonly string[]): void {
  const specs = command.words ?? []
  for (const [at, spec] of specs.entries()) {
    const word = words[at]
    if (word === undefined) {
      if (spec.optional === true) return
      throw usage(command, `which ${spec.name}? peerwork ${command.name} needs ${spec.about}`)
    }
    if (spec.choices !== undefined && !spec.choices.includes(word)) {
      const hint = suggestion(word, spec.choices)
      const [only, ...others] = spec.choices
      const what = others.length === 0 ? `not ${only}` : `none of ${spec.choices.join(', ')}`
      throw usage(command, `"${word}" is ${what}.${hint}`)
    }
  }
  const extra = words[specs.length]
  if (extra !== undefined) throw usage(command, `one word too many: "${extra}"`)
}

function usage(
  command: Command,
  message: string,
  facts: Record<string, string> = {}
): PeerworkError {
  return new PeerworkError('BAD_OPTION', message, { command: command.name, ...facts })
}

/** What the values are when no option is given. */
export function emptyValues(specs: OptionSpecs): Found {
  const entries = Object.entries(specs).map(([name, spec]): [string, Found[string]] => {
    if (spec.type === 'boolean') return [name, false]
    return [name, spec.multiple === true ? [] : undefined]
  })
  return Object.fromEntries(entries)
}

function parseOptions(specs: OptionSpecs): Record<string, ParseOption> {
  return Object.fromEntries(
    Object.entries(specs).map(([name, { type, multiple, short }]) => [
      name,
      { type, ...(multiple && { multiple }), ...(short !== undefined && { short }) }
    ])
  )
}

interface ParseOption {
  type: 'boolean' | 'string'
  multiple?: true
  short?: string
}
