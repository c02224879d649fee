/** What is wrong with a configuration file, each thing with its place. */

import type * as z from 'zod/mini'
import { suggestion } from '../did-you-mean.ts'

export interface Fault {
  /** JSON path: `$`, `$.capacity`, `$.listen[2]`. */
  readonly path: string
  readonly message: string
}

type Issue = z.core.$ZodIssue

/** zod's own words without a locale: they say nothing, so the issue is put into words here. */
const MUTE = 'Invalid input'

/** One fault a place, in the order of the file's keys as the schema has them. */
export function faultsOf(issues: readonly Issue[], known: readonly string[]): Fault[] {
  const faults = new Map<string, Fault>()
  for (const issue of issues) {
    for (const fault of toldOf(issue, known)) {
      if (!faults.has(fault.path)) faults.set(fault.path, fault)
    }
  }
  return [...faults.values()]
}

function toldOf(issue: Issue, known: readonly string[]): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: jsonPath(issue.path), message: messageOf(issue) }]
  }
  return issue.keys.map((key) => ({
    path: jsonPath([...issue.path, key]),
    message: `no such key.${suggestion(camel(key), known)}`
  }))
}

/** Whoever writes `min-isolation` means the key of that option. */
const camel = (key: string): string =>
  key.replaceAll(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase())

function messageOf(issue: Issue): string {
  if (issue.message !== MUTE) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `is no ${NAMES[issue.expected] ?? issue.expected}`
    case 'invalid_value': {
      const values = issue.values.map(String)
      const near = typeof issue.input === 'string' ? suggestion(issue.input, values) : ''
      return `is none of ${values.join(', ')}.${near}`
    }
    case 'too_small':
      return `is too ${lengthy(issue.origin) ? 'short' : 'small'}: at least ${issue.minimum}`
    case 'too_big':
      return `is too ${lengthy(issue.origin) ? 'long' : 'large'}: at most ${issue.maximum}`
    case 'invalid_union':
      return clearest(issue.errors.flat())
    default:
      return 'has another form than it may'
  }
}

/** Of all the forms a value might have had, the one that has something to say. */
function clearest(issues: readonly Issue[]): string {
  const said = issues.find(({ message }) => message !== MUTE) ?? issues[0]
  return said === undefined ? 'has another form than it may' : messageOf(said)
}

const NAMES: Readonly<Record<string, string>> = {
  int: 'whole number',
  array: 'list',
  boolean: 'true or false',
  string: 'text'
}

const lengthy = (origin: string): boolean => origin === 'string' || origin === 'array'

/** @param path keys and indexes from the top of the file */
export function jsonPath(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => {
    if (typeof part === 'number') return `[${part}]`
    const name = String(part)
    return /^[A-Za-z_$][\w$-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
  })
  return `$${parts.join('')}`
}
