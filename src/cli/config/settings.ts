/**
 * Where every value comes from: an option of the command line, else the environment, else the
 * configuration file, else the default. Lists replace each other; they are never joined.
 */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as z from 'zod/mini'
import { homeFor } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { JsonValue } from '../../protocol/json.ts'
import type { Context, Given, OptionSpecs } from '../command.ts'
import { COMMON } from '../command.ts'
import { faultsOf } from './fault.ts'
import { CONFIG_FILE, configError, readConfig, stampOf } from './file.ts'
import type { ConfigValues } from './file.ts'
import { keysOf } from './key.ts'
import type { Key } from './key.ts'
import { shapeOf } from './schema.ts'

export type Origin = 'flag' | 'environment' | 'file' | 'default'

export interface Setting {
  readonly key: Key
  /** Undefined when nobody says anything: the default holds. */
  readonly value: JsonValue | undefined
  readonly origin: Origin
}

export interface Settings<O extends OptionSpecs> {
  /** As if everything had been given on the command line. */
  readonly values: Given<O>['values']
  readonly list: readonly Setting[]
  /** The configuration file that counts, there or not. */
  readonly file: string
  readonly fileFound: boolean
  /** Of the file just before it was read, see `stampOf`. */
  readonly stamp: string
  readonly home: string
}

type Line = Pick<Given<OptionSpecs>, 'values' | 'named'>
type World = Pick<Context, 'env' | 'cwd'>

/**
 * @param specs the options of `peerwork up`: all that the file may hold
 * @throws PeerworkError `BAD_OPTION` for a file named with --config that is not there, a file with
 *   faults, or an environment variable that cannot be read
 */
export function settle<O extends OptionSpecs>(
  specs: O,
  given: Pick<Given<O>, 'values' | 'named'>,
  context: World
): Settings<O> {
  const line = given as unknown as Line
  const keys = keysOf({ ...specs, ...COMMON })
  const outer = new Map(keys.map((key) => [key.name, outerSetting(key, line, context)]))
  const named = namedFile(line, context)
  const early = homeOf(outer, {}, context)
  const file = named ?? join(early, CONFIG_FILE)
  const stamp = stampOf(file)
  const found = named !== undefined || existsSync(file)
  const config = found ? readConfig(file, keys) : {}
  if (named === undefined && config['home'] !== undefined) throw homeInHome(file)
  const list = keys.map((key) => settingOf(key, outer.get(key.name), config))
  const home = named === undefined ? early : homeOf(outer, config, context)
  const values = { ...line.values, ...optionValues(list), home }
  return { values: values as Given<O>['values'], list, file, fileFound: found, stamp, home }
}

/** Where the configuration file is, there or not, and whether somebody named it. */
export function configPath(
  specs: OptionSpecs,
  given: Pick<Given<OptionSpecs>, 'values' | 'named'>,
  context: World
): { readonly file: string; readonly named: boolean; readonly home: string } {
  const keys = keysOf({ ...specs, ...COMMON })
  const outer = new Map(keys.map((key) => [key.name, outerSetting(key, given, context)]))
  const named = namedFile(given, context)
  const home = homeOf(outer, {}, context)
  return { file: named ?? join(home, CONFIG_FILE), named: named !== undefined, home }
}

function settingOf(key: Key, outer: Setting | undefined, config: ConfigValues): Setting {
  if (outer !== undefined) return outer
  const value = config[key.name]
  return value === undefined ? { key, value, origin: 'default' } : { key, value, origin: 'file' }
}

/** What the command line or the environment says. */
function outerSetting(key: Key, { values, named }: Line, { env }: World): Setting | undefined {
  const { option, negation } = key
  if (option !== undefined && named.has(option)) {
    return { key, value: values[option] as JsonValue, origin: 'flag' }
  }
  if (negation !== undefined && named.has(negation)) {
    return { key, value: (values[negation] as unknown) !== true, origin: 'flag' }
  }
  const text = env[key.env]
  if (text === undefined || text === '') return undefined
  return { key, value: fromEnvironment(key, text), origin: 'environment' }
}

const YES = new Set(['1', 'true', 'yes', 'on'])
const NO = new Set(['0', 'false', 'no', 'off'])

/** Lists are separated by commas or line breaks. @throws PeerworkError `BAD_OPTION` */
function fromEnvironment(key: Key, text: string): JsonValue {
  const { spec, env, name } = key
  const value = valueFrom(text, key)
  const outcome = z.safeParse(shapeOf(key), value, { reportInput: true })
  if (outcome.success) return value
  const [fault] = faultsOf(outcome.error.issues, [name])
  const what = `$${env} ${fault?.message ?? 'is unusable'}`
  throw new PeerworkError('BAD_OPTION', what, { variable: env, kind: spec.type })
}

function valueFrom(text: string, { spec }: Key): JsonValue {
  if (spec.multiple === true) {
    const parts = text.split(/[,\n]/).map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }
  if (spec.type === 'boolean') {
    const word = text.toLowerCase()
    return YES.has(word) ? true : NO.has(word) ? false : text
  }
  return /^<(?:n|port)>$/.test(spec.value ?? '') && /^\d+$/.test(text) ? Number(text) : text
}

function namedFile({ values, named }: Line, { env, cwd }: World): string | undefined {
  const given = named.has('config') ? (values as { readonly config?: string }).config : undefined
  const variable = env['PEERWORK_CONFIG']
  const name = given ?? (variable === '' ? undefined : variable)
  return name === undefined ? undefined : resolve(cwd, name)
}

function homeOf(
  outer: ReadonlyMap<string, Setting | undefined>,
  config: ConfigValues,
  { env }: World
): string {
  const said = (key: string): string | undefined => {
    const value = outer.get(key)?.value ?? config[key]
    return typeof value === 'string' ? value : undefined
  }
  const home = said('home')
  const name = said('name')
  const choice = { ...(home !== undefined && { home }), ...(name !== undefined && { name }) }
  return homeFor(choice, env)
}

/** Everything as the parser of the command line would have it. */
function optionValues(list: readonly Setting[]): Record<string, unknown> {
  const entries = list.flatMap(({ key, value }): [string, unknown][] => {
    const { option, negation, spec } = key
    if (value === undefined) return []
    if (spec.type !== 'boolean') return option === undefined ? [] : [[option, plain(value)]]
    return [
      ...(option === undefined ? [] : [[option, value === true] as [string, unknown]]),
      ...(negation === undefined ? [] : [[negation, value === false] as [string, unknown]])
    ]
  })
  return Object.fromEntries(entries)
}

const plain = (value: JsonValue): JsonValue => (typeof value === 'number' ? String(value) : value)

function homeInHome(file: string): PeerworkError {
  const message = 'only a file named with --config chooses the home; this one lies in a home'
  return configError(file, [{ path: '$.home', message }])
}
