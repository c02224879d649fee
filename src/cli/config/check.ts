/**
 * Everything that can be wrong with a configuration file before an agent starts with it: its form,
 * the files it names, and what an agent would refuse.
 */

import { accessSync, constants } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toPeerworkError } from '../../protocol/errors.ts'
import type { JsonValue } from '../../protocol/json.ts'
import { runnerEntry } from '../../tasks/runner-entry.ts'
import { reachOf } from '../../tasks/sandbox-reach.ts'
import { emptyValues } from '../arguments.ts'
import { COMMON } from '../command.ts'
import type { Context } from '../command.ts'
import { takesPath } from '../shells/completable.ts'
import { upInit } from '../up-init.ts'
import { UP_OPTIONS } from '../up-options.ts'
import type { UpValues } from '../up-options.ts'
import type { Fault } from './fault.ts'
import { inspectConfig } from './file.ts'
import type { ConfigValues } from './file.ts'
import { keysOf } from './key.ts'
import type { Key } from './key.ts'
import { settle } from './settings.ts'

/**
 * Nothing of the command line or the environment counts, except what secrets come from.
 *
 * @param home where the file lies; undefined for one that --config is to name
 */
export async function checkConfig(
  file: string,
  home: string | undefined,
  context: Context
): Promise<readonly Fault[]> {
  const keys = keysOf({ ...UP_OPTIONS, ...COMMON })
  const { values, faults } = inspectConfig(file, keys)
  if (faults.length > 0) return faults
  const missing = missingFiles(values, keys)
  const unfit = await unfitAddresses(values)
  if (missing.length + unfit.length > 0) return [...missing, ...unfit]
  return refusals(home === undefined ? { config: file } : { home }, keys, context)
}

/** Paths that lead nowhere we can read. */
function missingFiles(values: ConfigValues, keys: readonly Key[]): Fault[] {
  const files = keys.filter(({ spec }) => takesPath(spec) && spec.value === '<file>')
  return files.flatMap(({ name }) => {
    return placesOf(values, name).flatMap(([path, place]) => {
      try {
        accessSync(place.startsWith('file:') ? fileURLToPath(place) : place, constants.R_OK)
        return []
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        const why = code === 'EACCES' ? 'cannot be read' : 'is not there'
        return [{ path, message: `${place} ${why}` }]
      }
    })
  })
}

async function unfitAddresses(values: ConfigValues): Promise<Fault[]> {
  const { parseAddress } = await import('../../node/addresses.ts')
  return placesOf(values, 'bootstrap').flatMap(([path, address]) => {
    try {
      parseAddress(address)
      return []
    } catch (error) {
      return [{ path, message: toPeerworkError(error).message }]
    }
  })
}

/** The texts under a key, each with its place. */
function placesOf(values: ConfigValues, name: string): [path: string, text: string][] {
  const value: JsonValue = values[name] ?? []
  const texts = (Array.isArray(value) ? value : [value]) as readonly JsonValue[]
  return texts.flatMap((text, at): [string, string][] => {
    const path = Array.isArray(value) ? `$.${name}[${at}]` : `$.${name}`
    return typeof text === 'string' ? [[path, text]] : []
  })
}

/** What only the start itself would tell: ranges, and skills that their configuration misses. */
async function refusals(
  given: { readonly config: string } | { readonly home: string },
  keys: readonly Key[],
  context: Context
): Promise<Fault[]> {
  const { toOptions } = await import('../../node/options.ts')
  const all = { ...emptyValues({ ...UP_OPTIONS, ...COMMON }), ...given }
  const line = { values: all as unknown as UpValues, named: new Set(Object.keys(given)) }
  const plain = Object.entries(context.env).filter(([name]) => !name.startsWith('PEERWORK_'))
  const world = { ...context, env: Object.fromEntries(plain) }
  try {
    const { values, home } = settle(UP_OPTIONS, line, world)
    toOptions(upInit(values, context))
    return exposing(values.skill, home)
  } catch (error) {
    const { message } = toPeerworkError(error)
    return [{ path: placeOf(message, keys), message }]
  }
}

/** Skills that could read the agent's keys from where they lie. */
function exposing(skills: readonly string[], home: string): Fault[] {
  const entry = runnerEntry()
  return skills.flatMap((skill, at) => {
    try {
      reachOf(skill, entry, home)
      return []
    } catch (error) {
      return [{ path: `$.skills[${at}]`, message: toPeerworkError(error).message }]
    }
  })
}

/** The key that a refusal speaks of. */
function placeOf(message: string, keys: readonly Key[]): string {
  const word = /^(?:--)?([\w-]+)/.exec(message)?.[1]
  const key = keys.find(({ name, option }) => name === word || option === word)
  if (key !== undefined) return `$.${key.name}`
  const path = / (\$[.[]\S*): /.exec(message)?.[1]
  if (path !== undefined) return path
  if (/skill configuration|configures|the secret /.test(message)) return '$.skillConfig'
  return '$'
}
