/** `peerwork config`: the configuration file, checked and explained. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { emptyValues } from '../arguments.ts'
import { COMMON, defineCommand } from '../command.ts'
import type { Context, Given, Values } from '../command.ts'
import { columns } from '../columns.ts'
import { checkConfig } from '../config/check.ts'
import { effective } from '../config/effective.ts'
import { keysOf } from '../config/key.ts'
import { jsonSchema } from '../config/schema.ts'
import { configPath, settle } from '../config/settings.ts'
import { plainJson } from '../plain-text.ts'
import { UP_OPTIONS } from '../up-options.ts'

const options = { config: UP_OPTIONS.config } as const
type Line = Given<typeof options>

export const config = defineCommand({
  name: 'config',
  summary: 'check and explain the configuration file',
  about: [
    'The file is config.json in the home of the agent, or the one that --config names. It has a ' +
      'key for every option of `peerwork up`. An option of the command line comes before its ' +
      'environment variable (PEERWORK_…), that before the file, and that before the default.',
    'check tells every fault of the file with its place, and ends with 2 when there is one. show ' +
      'tells every value that `peerwork up` would use here, and who says so. schema prints the ' +
      'JSON Schema of the file.'
  ],
  words: [
    { name: 'action', about: 'check, show or schema', choices: ['check', 'show', 'schema'] },
    { name: 'file', about: 'the file to check', optional: true }
  ],
  options,
  json:
    'check: {"file", "found", "faults": [{"path", "message"}]}. show: {"home", "file", "found", ' +
    '"settings": [{"key", "value", "origin", "variable"?}]}, origin one of flag, environment, ' +
    'file, default. schema: the schema.',
  examples: [
    ['peerwork config check', 'before a restart'],
    ['peerwork config show --name alice', 'what alice would run with'],
    ['peerwork config schema > peerwork.schema.json', 'for an editor']
  ],
  async run(given, context) {
    const [action, file] = given.words
    if (file !== undefined && action !== 'check') {
      throw new PeerworkError('BAD_OPTION', `one word too many: "${file}"`, { command: 'config' })
    }
    if (action === 'schema') return schema(given.values.json, context)
    if (action === 'show') return show(given, context)
    return check(given, file, context)
  }
})

function schema(json: boolean, { out }: Context): void {
  const text = jsonSchema(keysOf({ ...UP_OPTIONS, ...COMMON }))
  if (json) out.json(text)
  else out.line(JSON.stringify(text, null, 2))
}

async function check(given: Line, word: string | undefined, context: Context): Promise<number> {
  const { out, err } = context
  const named = word === undefined ? configPath(UP_OPTIONS, given, context) : undefined
  const file = word === undefined ? (named?.file ?? '') : resolve(context.cwd, word)
  const found = existsSync(file)
  const expected = word !== undefined || named?.named === true
  const faults = found
    ? await checkConfig(file, named?.named === false ? named.home : undefined, context)
    : expected
      ? [{ path: '$', message: 'there is no such file' }]
      : []
  if (given.values.json) out.json({ file, found, faults })
  else {
    for (const { path, message } of faults) out.line(`${out.paint('bold', path)}: ${message}`)
    const verdict = found ? 'no faults' : 'there is no such file; the defaults hold'
    if (faults.length === 0) err.line(`${err.paint('green', '✔')} ${file}: ${verdict}`)
    else err.line(err.paint('red', `✘ ${file}: ${count(faults.length)}`))
  }
  return faults.length === 0 ? 0 : 2
}

const count = (faults: number): string => (faults === 1 ? 'one fault' : `${faults} faults`)

async function show(given: Line, context: Context): Promise<void> {
  const settings = settle(UP_OPTIONS, withAll(given), context)
  const { home, file, fileFound: found } = settings
  const list = await effective(settings, context)
  const { out, err } = context
  if (given.values.json) {
    const rows = list.map(({ key, value, origin }) => ({
      ...{ key: key.name, value: value ?? null, origin },
      ...(origin === 'environment' && { variable: key.env })
    }))
    return out.json({ home, file, found, settings: rows })
  }
  err.line(err.paint('dim', `${file}${found ? '' : ' (there is none)'}`))
  const rows = list.map(({ key, value, origin }) => {
    const from = origin === 'environment' ? `$${key.env}` : origin
    const { paint } = out
    const text = plainJson(value ?? null)
    const dull = origin === 'default'
    return [paint('cyan', key.name), dull ? paint('dim', text) : text, paint('dim', from)]
  })
  for (const line of columns(rows)) out.line(line)
}

/** The options of `up` as if none of the others had been given. */
function withAll(given: Line): Given<typeof UP_OPTIONS> {
  const values = { ...emptyValues(UP_OPTIONS), ...given.values }
  return { ...given, values: values as unknown as Values<typeof UP_OPTIONS & typeof COMMON> }
}
