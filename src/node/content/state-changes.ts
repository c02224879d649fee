/** What a task changed in the state of its run, as a content: with the values before and after. */

import { encodeJson } from '../../protocol/json.ts'
import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { CONTENT_BYTES_MAX } from '../../protocol/trace-content.ts'
import type { TracePort, WorkFields } from '../../protocol/trace.ts'
import type { PatchOperation } from '../../tasks/skill.ts'
import type { Contents } from './contents.ts'

interface Changed {
  readonly contents: Pick<Contents, 'tell'>
  /** As the task began. */
  readonly state: JsonObject | undefined
  readonly changes: readonly PatchOperation[]
}

/**
 * The operations as they are sent, each with `before`: what stood there when the task began, where
 * something did. When that makes it too large to be told, the operations alone.
 */
export function tellState(
  trace: TracePort,
  fields: WorkFields,
  { contents, state = {}, changes }: Changed
): void {
  contents.tell(trace, fields, 'state', encodeJson(withBefore(state, changes) ?? changes))
}

/** Undefined when that is too much: a thousand operations may name the whole state each. */
function withBefore(
  state: JsonObject,
  changes: readonly PatchOperation[]
): readonly object[] | undefined {
  const told: object[] = []
  let left = CONTENT_BYTES_MAX - Buffer.byteLength(JSON.stringify(changes))
  for (const one of changes) {
    const before = valueAt(state, one.path)
    if (before !== undefined) left -= BEFORE + Buffer.byteLength(JSON.stringify(before))
    if (left < 0) return undefined
    told.push(before === undefined ? one : { ...one, before })
  }
  return told
}

/** Of the field's name and what stands around it, bytes. */
const BEFORE = ',"before":'.length

/** RFC 6901. Undefined where nothing is. */
function valueAt(state: JsonObject, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = state
  for (const part of path.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as JsonObject)[name]
  }
  return at
}
