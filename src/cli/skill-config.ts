/** `--skill` and `--skill-config`: which files, with which configuration and secrets. */

import { readFileSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import * as z from 'zod/mini'
import { PeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { SkillSource } from '../tasks/work.ts'
import type { Context } from './command.ts'
import { suggestion } from './did-you-mean.ts'

const secret = z.union([z.string(), z.strictObject({ env: z.string() })])
const entry = z.strictObject({
  config: z.optional(z.record(z.string(), z.unknown())),
  secrets: z.optional(z.record(z.string(), secret))
})
const file = z.record(z.string(), entry)

type Entry = z.infer<typeof entry>

/**
 * The skill files with what the configuration file says of each. An entry is named after the file
 * as given to `--skill`, its base name, or that without its extension.
 *
 * @throws PeerworkError `BAD_OPTION` for a file that cannot be read, an entry that fits no skill,
 *   or a secret whose environment variable is not set
 */
export function skillSources(
  skills: readonly string[],
  configFile: string | undefined,
  context: Pick<Context, 'cwd' | 'env'>
): SkillSource[] {
  const entries = configFile === undefined ? {} : read(resolve(context.cwd, configFile))
  const left = new Set(Object.keys(entries))
  const sources = skills.map((skill) => {
    const path = skill.startsWith('file:') ? skill : resolve(context.cwd, skill)
    const key = namesOf(skill).find((name) => left.has(name))
    if (key === undefined) return { file: path }
    left.delete(key)
    return sourceOf(path, entries[key] ?? {}, { key, env: context.env })
  })
  const [stray] = left
  if (stray === undefined) return sources
  const hint = suggestion(stray, skills.flatMap(namesOf))
  const message = `${configFile} configures "${stray}", but no --skill is called so.${hint}`
  throw new PeerworkError('BAD_OPTION', message, { skill: stray })
}

function namesOf(skill: string): string[] {
  const base = basename(skill)
  const stem = basename(base, extname(base))
  return [skill, base, stem, ...(stem === 'index' ? [basename(dirname(skill))] : [])]
}

interface Place {
  readonly key: string
  readonly env: Context['env']
}

function sourceOf(path: string, { config, secrets }: Entry, { key, env }: Place): SkillSource {
  const resolved = Object.entries(secrets ?? {}).map(([name, value]): [string, string] => {
    if (typeof value === 'string') return [name, value]
    const found = env[value.env]
    if (found !== undefined && found !== '') return [name, found]
    const message = `the secret ${name} of ${key} is to come from $${value.env}, which is not set`
    throw new PeerworkError('BAD_OPTION', message, { skill: key, variable: value.env })
  })
  return {
    file: path,
    ...(config !== undefined && { config: config as JsonObject }),
    ...(resolved.length > 0 && { secrets: Object.fromEntries(resolved) })
  }
}

function read(path: string): Readonly<Record<string, Entry>> {
  let value: unknown
  try {
    value = parseJson(readFileSync(path))
  } catch (error) {
    const why = (error as Error).message
    throw new PeerworkError('BAD_OPTION', `cannot read the skill configuration: ${why}`, { path })
  }
  const outcome = file.safeParse(value)
  if (outcome.success) return outcome.data
  const issue = outcome.error.issues[0]
  const where = issue?.path.map(String).join('.') ?? ''
  const message = `in the skill configuration, ${where || 'the whole'}: ${issue?.message}`
  throw new PeerworkError('BAD_OPTION', message, { path })
}
