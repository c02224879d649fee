/** One task inside the runner: input checked, skill called, output checked. Runs in the sandbox. */

import { OUTPUT_BYTES_MAX, TEXT_BYTES_MAX } from '../protocol/constants.ts'
import type { ErrorRecord } from '../protocol/errors.ts'
import { fromRecord, PeerworkError } from '../protocol/errors.ts'
import { encodeJson, parseJson } from '../protocol/json.ts'
import { createGuestFetch } from './sandbox-fetch.ts'
import { createContext } from './sandbox-context.ts'
import type { RunMessage, Send, ToRunner } from './sandbox-messages.ts'
import { describeIssues } from './sandbox-skill.ts'
import type { ReadySkill } from './sandbox-skill.ts'
import { describeThrown } from './thrown.ts'

export interface GuestTask {
  readonly id: string
  /** A message of the agent about this task. */
  take(message: ToRunner, payload: Uint8Array): void
  /** The skill's answer, sent as well; never rejects. */
  run(input: Uint8Array): Promise<void>
  /** Something thrown outside `run`: the task cannot be trusted to end by itself. */
  fail(thrown: unknown): void
}

interface Parts {
  readonly message: RunMessage
  readonly skill: ReadySkill
  readonly secrets: Readonly<Record<string, string>>
  readonly send: Send
}

export function createTask({ message, skill, secrets, send }: Parts): GuestTask {
  const id = message.task
  const abort = new AbortController()
  let over = false
  const say: Send = (words, payload) => {
    if (!over) send(words, payload)
  }
  const net = createGuestFetch(id, say, abort.signal)
  const own = createContext({ message, config: skill.config, secrets, send: say, abort, net })
  const fail = (error: ErrorRecord, retire: boolean): void => {
    own.flush()
    say({ type: 'failed', task: id, error, retire })
    over = true
  }
  return {
    id,
    take(words, payload) {
      if (words.type === 'abort') abort.abort(fromRecord(words.error))
      else if (words.type.startsWith('fetch-')) net.take(words, payload)
      else own.take(words, payload)
    },
    async run(input) {
      try {
        const value = await checkInput(skill, input)
        const result: unknown = await skill.definition.run(value, own.context)
        const output = await checkOutput(skill, result)
        own.flush()
        say({ type: 'done', task: id, patch: own.patch() }, output)
        over = true
      } catch (error) {
        // What filled the memory may still be held: the next task is to find a process with room.
        fail(recordOf(error), isStarved(error))
      }
    },
    fail: (thrown) => fail(recordOf(thrown), true)
  }
}

async function checkInput(skill: ReadySkill, input: Uint8Array): Promise<unknown> {
  const outcome = skill.definition.input['~standard'].validate(parseJson(input))
  const checked = outcome instanceof Promise ? await outcome : outcome
  if (checked.issues === undefined) return checked.value
  throw new PeerworkError('INPUT_INVALID', `input ${describeIssues(checked.issues)}`)
}

async function checkOutput(skill: ReadySkill, result: unknown): Promise<Uint8Array> {
  const outcome = skill.definition.output['~standard'].validate(result)
  const checked = outcome instanceof Promise ? await outcome : outcome
  if (checked.issues !== undefined) {
    throw new PeerworkError('OUTPUT_INVALID', `output ${describeIssues(checked.issues)}`)
  }
  const bytes = asOutput(checked.value)
  if (bytes.length > OUTPUT_BYTES_MAX) {
    const facts = { bytes: bytes.length, bytesMax: OUTPUT_BYTES_MAX }
    const text = `output of ${bytes.length} bytes, at most ${OUTPUT_BYTES_MAX}`
    throw new PeerworkError('OUTPUT_TOO_LARGE', text, facts)
  }
  return bytes
}

function asOutput(value: unknown): Uint8Array {
  try {
    return encodeJson(value)
  } catch (error) {
    throw new PeerworkError('OUTPUT_INVALID', `output ${(error as Error).message}`)
  }
}

const MEMORY =
  /^Array buffer allocation failed|^Failed to allocate memory|could not allocate memory/

/** Whatever a skill threw, as a record: our own errors keep their code, the rest is its failure. */
export function recordOf(thrown: unknown): ErrorRecord {
  if (thrown instanceof PeerworkError) {
    const { code, facts } = thrown
    return { code, message: thrown.message.slice(0, TEXT_BYTES_MAX), facts }
  }
  const text = describeThrown(thrown).slice(0, TEXT_BYTES_MAX)
  return { code: isStarved(thrown) ? 'OUT_OF_MEMORY' : 'SKILL_FAILED', message: text }
}

/** Whether memory ran out here; an error with that code may be of an agent that helped. */
function isStarved(thrown: unknown): boolean {
  return thrown instanceof RangeError && MEMORY.test(thrown.message)
}
