/** A configuration file, read and checked against the schema. */

import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { messageOf, PeerworkError } from '../../protocol/errors.ts'
import type { JsonValue } from '../../protocol/json.ts'
import { parseJson } from '../../protocol/json.ts'
import { takesPath } from '../shells/completable.ts'
import type { Fault } from './fault.ts'
import { faultsOf } from './fault.ts'
import type { Key } from './key.ts'
import { configSchema } from './schema.ts'

/** In the home, unless --config names another. */
export const CONFIG_FILE = 'config.json'
/** Largest configuration file, bytes: thousands of peers fit, a wrong file does not. */
const CONFIG_BYTES_MAX = 1024 * 1024
/** Whoever may write the file decides which skills run here. */
const OTHERS_WRITE = 0o002

/** Values by the names of their keys; paths are absolute. */
export type ConfigValues = Readonly<Record<string, JsonValue>>

export interface ConfigReading {
  readonly path: string
  /** As far as it could be read. */
  readonly values: ConfigValues
  readonly faults: readonly Fault[]
}

/** Another one whenever the file is another one, or has gone or come. */
export function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.mtimeMs} ${found.size} ${found.ino}`
}

/** Read a file whole, with everything that is wrong. Never throws for what is in it. */
export function inspectConfig(path: string, keys: readonly Key[]): ConfigReading {
  let value: JsonValue
  try {
    const { size, mode } = statSync(path)
    if (size > CONFIG_BYTES_MAX) throw new Error(`${size} bytes, at most ${CONFIG_BYTES_MAX}`)
    if (process.platform !== 'win32' && (mode & OTHERS_WRITE) !== 0) {
      throw new Error('everybody on this machine can write it; try chmod o-w')
    }
    value = parseJson(readFileSync(path))
  } catch (error) {
    return { path, values: {}, faults: [{ path: '$', message: messageOf(error) }] }
  }
  const outcome = configSchema(keys).safeParse(value, { reportInput: true })
  if (!outcome.success) {
    const known = keys.map(({ name }) => name)
    return { path, values: {}, faults: faultsOf(outcome.error.issues, known) }
  }
  const { $schema: _schema, ...values } = outcome.data
  return { path, values: absolute(values, keys, dirname(path)), faults: [] }
}

/** @throws PeerworkError `BAD_OPTION` with the first fault and how many more there are */
export function readConfig(path: string, keys: readonly Key[]): ConfigValues {
  const { values, faults } = inspectConfig(path, keys)
  const [first] = faults
  if (first === undefined) return values
  throw configError(path, faults)
}

export function configError(file: string, faults: readonly Fault[]): PeerworkError {
  const [{ path, message } = { path: '$', message: 'unusable' }] = faults
  const more = faults.length > 1 ? `; ${faults.length - 1} more with: peerwork config check` : ''
  const facts = { file, path, faults: faults.length }
  return new PeerworkError('BAD_OPTION', `in ${file}, ${path}: ${message}${more}`, facts)
}

function absolute(values: ConfigValues, keys: readonly Key[], base: string): ConfigValues {
  const paths = new Set(keys.filter(({ spec }) => takesPath(spec)).map(({ name }) => name))
  const place = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map(place)
    if (typeof value !== 'string' || value.startsWith('file:')) return value
    return resolve(base, value)
  }
  const entries = Object.entries(values).map(([name, value]): [string, JsonValue] => {
    return [name, paths.has(name) ? place(value) : value]
  })
  return Object.fromEntries(entries)
}
