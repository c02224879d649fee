/** The forms of `--input`: JSON, `@file`, `@-` and `-`. */

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PeerworkError } from '../protocol/errors.ts'
import { parseJson } from '../protocol/json.ts'
import type { JsonObject, JsonValue } from '../protocol/json.ts'
import { INPUT_BYTES_MAX } from '../protocol/constants.ts'
import type { Context } from './command.ts'

const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** A value, or a document whose form depends on what the skill takes. */
export type Input =
  | { readonly kind: 'value'; readonly value: JsonValue }
  | { readonly kind: 'document'; readonly text: string }

/**
 * Read `--input`. Absent: `{}`. `@file.json` and `-` (stdin) are parsed as JSON; any other `@file`,
 * and `@-` (stdin), is a document.
 *
 * @throws PeerworkError `BAD_OPTION` for what cannot be read, `INPUT_TOO_LARGE`
 */
export async function readInput(given: string | undefined, context: Context): Promise<Input> {
  if (given === undefined) return { kind: 'value', value: {} }
  if (given === '-') return json(await readStdin(context), 'stdin')
  if (given === '@-') return document(await readStdin(context), 'stdin')
  if (!given.startsWith('@')) return json(Buffer.from(given), '--input')
  const path = resolve(context.cwd, given.slice(1))
  const bytes = await read(path)
  return path.endsWith('.json') ? json(bytes, path) : document(bytes, path)
}

/**
 * The value to send: a document becomes `{"text": …}` for a skill whose input requires a string
 * `text`, and a JSON string for any other.
 */
export function inputFor(input: Input, schema: JsonObject | undefined): JsonValue {
  if (input.kind === 'value') return input.value
  return schema !== undefined && takesText(schema) ? { text: input.text } : input.text
}

function takesText(schema: JsonObject): boolean {
  const required = schema['required']
  const properties = schema['properties'] as Readonly<Record<string, JsonObject>> | undefined
  const named = Array.isArray(required) && required.includes('text')
  return named && properties?.['text']?.['type'] === 'string'
}

function json(bytes: Buffer, where: string): Input {
  try {
    return { kind: 'value', value: parseJson(unmarked(bytes)) }
  } catch (error) {
    const { message } = error as Error
    const text = bytes.toString().trim()
    const word = where === '--input' && text.length < 60 ? text : 'some text'
    throw new PeerworkError(
      'BAD_OPTION',
      `${where}: ${message}. For a JSON string write --input '${JSON.stringify(word)}'; ` +
        'for a text file write --input @file.txt.',
      {},
      error
    )
  }
}

/** Without the byte order mark that Windows' editors begin a file with. */
function unmarked(bytes: Buffer): Buffer {
  return bytes.subarray(0, BOM.length).equals(BOM) ? bytes.subarray(BOM.length) : bytes
}

function document(bytes: Buffer, where: string): Input {
  try {
    return { kind: 'document', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    throw new PeerworkError('BAD_OPTION', `${where} is not UTF-8 text`, {}, error)
  }
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const { message } = error as Error
    throw new PeerworkError('BAD_OPTION', `cannot read the input: ${message}`, { path }, error)
  }
}

async function readStdin({ stdin, err }: Context): Promise<Buffer> {
  if (stdin.isTTY === true) err.line('reading the input from the terminal; end it with Ctrl-D')
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of stdin) {
    const piece = Buffer.from(part as Uint8Array)
    bytes += piece.length
    if (bytes > INPUT_BYTES_MAX) {
      const facts = { bytesMax: INPUT_BYTES_MAX }
      throw new PeerworkError('INPUT_TOO_LARGE', `stdin is over ${INPUT_BYTES_MAX} bytes`, facts)
    }
    parts.push(piece)
  }
  return Buffer.concat(parts)
}
