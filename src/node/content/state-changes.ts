/** What a task changed in the state of its run, as a content: with the values before and after. */

import { encodeJson } from '../../protocol/json.ts'
import type { JsonObject, JsonValue } from '../../protocol/json.ts'
import { CONTENT_BYTES_MAX } from '../../protocol/trace-content.ts'
import type { TracePort, WorkFields } from '../../protocol/trace.ts'
import type { PatchOperation } from '../../tasks/skill.ts'
import type { Contents } from './contents.ts'
import { isSecretName, REDACTED } from './redact.ts'

interface Changed {
  readonly contents: Pick<Contents, 'tell'>
  /** As the task began. */
  readonly state: JsonObject | undefined
  readonly changes: readonly PatchOperation[]
}

/**
 * The operations as they are sent, each with `before`: what stood there when the task began, where
 * something did. When that makes it too large to be told, the operations alone. Of a path that
 * names a secret no value is told: nothing but the path says that it is one.
 */
export function tellState(
  trace: TracePort,
  fields: WorkFields,
  { contents, state = {}, changes }: Changed
): void {
  const told = withBefore(state, changes) ?? changes
  contents.tell(trace, fields, 'state', encodeJson(told.map(withoutSecret)))
}

type Told = PatchOperation & { readonly before?: JsonValue }

function withoutSecret(one: Told): Told {
  if (!namesIn(one.path).some(isSecretName)) return one
  return {
    ...one,
    ...('value' in one && { value: REDACTED }),
    ...('before' in one && { before: REDACTED })
  }
}

/** Undefined when that is too much: a thousand operations may name the whole state each. */
function withBefore(
  state: JsonObject,
  changes: readonly PatchOperation[]
): readonly Told[] | undefined {
  const told: Told[] = []
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

/** Undefined where nothing is. */
function valueAt(state: JsonObject, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = state
  for (const name of namesIn(path)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as JsonObject)[name]
  }
  return at
}

/** RFC 6901 */
const namesIn = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
