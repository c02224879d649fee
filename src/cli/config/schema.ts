/** The shape of a configuration file, as a zod schema and as JSON Schema. */

import * as z from 'zod/mini'
import { AGENT_NAME, NETWORK_NAME } from '../../protocol/constants.ts'
import { isAgentId } from '../../protocol/identity.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { OptionSpec } from '../command.ts'
import { QUOTA } from '../quotas.ts'
import type { Key } from './key.ts'

/** Longest list and longest text in the file, entries and characters: far beyond what is sane. */
const ENTRIES_MAX = 4_096
const TEXT_LENGTH_MAX = 4_096

const ADDRESS = /^\/[\x21-\x7e]{1,255}$/
const PEER = /^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/
const DURATION = /^\d+(?:\.\d+)?(?:ms|s|m|h)?$/

const text = () => z.string().check(z.minLength(1), z.maxLength(TEXT_LENGTH_MAX))

/** What may stand for an option's value, by the kind of value its help names. */
const KINDS: Readonly<Record<string, () => z.ZodMiniType>> = {
  '<n>': () => z.int().check(z.gte(0)),
  '<port>': () => z.int().check(z.gte(0), z.lte(65_535)),
  '<time>': () =>
    z.union([
      z.string().check(z.regex(DURATION, 'is no duration like "500ms", "30s", "5m"')),
      z.int().check(z.gte(0))
    ]),
  '<limit>': () => z.string().check(z.regex(QUOTA, 'is no quota like "rate=50"')),
  '<addr>': () =>
    z.string().check(z.regex(ADDRESS, 'is no address like /ip4/192.168.1.20/tcp/4001')),
  '<peer>': () =>
    z.string().check(z.regex(PEER, 'is no peer id'), z.refine(isAgentId, 'is no peer id'))
}
const NAMED: Readonly<Record<string, () => z.ZodMiniType>> = {
  name: () => z.string().check(z.regex(AGENT_NAME, 'is no name of an agent')),
  network: () => z.string().check(z.regex(NETWORK_NAME, 'is no name of a network'))
}

export function configSchema(keys: readonly Key[]) {
  const properties = keys.map((key): [string, z.ZodMiniType] => [
    key.name,
    z.optional(shapeOf(key))
  ])
  const own = z.string().register(z.globalRegistry, {
    description: 'Where editors find this schema; not read.'
  })
  return z.strictObject({ $schema: z.optional(own), ...Object.fromEntries(properties) })
}

/** One key's value; what it says goes into the JSON Schema as its description. */
export function shapeOf({ name, spec, option }: Key): z.ZodMiniType {
  const single = spec.type === 'boolean' ? z.boolean() : valueOf(name, spec)
  const shape = spec.multiple === true ? z.array(single).check(z.maxLength(ENTRIES_MAX)) : single
  const flag = option === undefined ? '' : ` As --${option}.`
  return shape.register(z.globalRegistry, {
    description: `${sentence(describe(name, spec))}${flag}`
  })
}

export function jsonSchema(keys: readonly Key[]): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(configSchema(keys), { io: 'input' })
  return {
    $schema,
    title: 'Peerwork configuration file',
    description: 'Every key is optional. See docs/service.md.',
    ...schema
  } as unknown as JsonObject
}

function valueOf(name: string, { choices, value = '' }: OptionSpec): z.ZodMiniType {
  if (choices !== undefined) return z.enum(choices)
  return (NAMED[name] ?? KINDS[value] ?? text)()
}

function describe(name: string, { about, type, value }: OptionSpec): string {
  const said = about.replace(/ \(repeat\)$/, '')
  if (type === 'boolean' && name === 'mdns') return 'look for peers on the local network'
  const place = value === '<file>' || value === '<dir>' ? '; relative to this file' : ''
  return `${said}${place}`
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
