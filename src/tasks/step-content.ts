/**
 * The contents of one step on their way from the sandbox: two lines of JSON, what went in and what
 * came out; an empty line is not said.
 */

import { inspect } from 'node:util'
import { STEP_CONTENT_CHARS_MAX } from './limits.ts'
import type { StepContent } from './skill-trace.ts'

/** JSON, UTF-8, as a skill wrote it: not yet parsed. */
export interface ToldContent {
  readonly input?: Uint8Array
  readonly output?: Uint8Array
}

const NEW_LINE = 0x0a

/**
 * Inside the sandbox. Never throws: a skill must not fail only where contents are wanted. What is
 * no JSON is told as a person would print it, and what is too large is cut off too late, so that
 * the agent says that it was.
 */
export function writeContent(content: StepContent | undefined): Uint8Array | undefined {
  if (content === undefined || content === null) return undefined
  const [input, output] = [lineOf(content.input), lineOf(content.output)]
  return input === '' && output === '' ? undefined : Buffer.from(`${input}\n${output}`)
}

function lineOf(value: unknown): string {
  if (value === undefined) return ''
  return textOf(value).slice(0, STEP_CONTENT_CHARS_MAX)
}

function textOf(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value)
    if (typeof text === 'string') return text
  } catch {
    // A cycle, a BigInt, a `toJSON` that throws.
  }
  try {
    return JSON.stringify(inspect(value))
  } catch {
    return '"[a value that cannot be shown]"'
  }
}

/** What a runner sent along; undefined for nothing. */
export function readContent(payload: Uint8Array): ToldContent | undefined {
  if (payload.length === 0) return undefined
  const end = payload.indexOf(NEW_LINE)
  const input = end < 0 ? payload : payload.subarray(0, end)
  const output = end < 0 ? payload.subarray(0, 0) : payload.subarray(end + 1)
  return {
    ...(input.length > 0 && { input }),
    ...(output.length > 0 && { output })
  }
}
