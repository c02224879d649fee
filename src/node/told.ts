/** Steps, guards and handoffs inside a task, with the ids that make them events. */

import { toHex } from '../protocol/canonical.ts'
import { clipLabel, printable } from '../protocol/text.ts'
import { OPERATIONS_MAX } from '../protocol/trace.ts'
import type { TraceFact, TracePort, WorkFields } from '../protocol/trace.ts'
import type { Told } from '../protocol/trace-step.ts'
import type { PatchOperation } from '../tasks/skill.ts'
import type { ToldContent } from '../tasks/step-content.ts'
import type { Clock } from './clock.ts'
import type { Contents } from './content/contents.ts'

/** What the events of one handoff share. */
type Ids = WorkFields & { readonly handoff: string }

interface Means {
  readonly random: Clock['random']
  /** Undefined: contents are not told. */
  readonly contents?: Pick<Contents, 'tell'> | undefined
}

/** @param fields the task's: every step gets a span of its own below it */
export function createTeller(
  trace: TracePort,
  fields: WorkFields,
  { random, contents }: Means
): (told: Told, content?: ToldContent) => void {
  const below = (): WorkFields => ({ ...fields, span: toHex(random(8)), parent: fields.span })
  // Most tasks have none.
  const handoffs = new Map<number, Ids>()
  // Texts over which the rules took too long come from the same skill: it is not tried again.
  let readable = true
  const inside = (ids: WorkFields, content: ToldContent): void => {
    for (const place of ['input', 'output'] as const) {
      const json = content[place]
      if (json === undefined || contents === undefined || !readable) continue
      readable = contents.tell(trace, ids, place, json) !== 'slow'
    }
  }
  return (told, content) => {
    switch (told.type) {
      case 'guard.tripped':
        return trace.emit({ ...told, ...fields })
      case 'handoff.offered': {
        const { call, ...rest } = told
        const ids = { ...below(), handoff: toHex(random(16)) }
        handoffs.set(call, ids)
        return trace.emit({ ...rest, ...ids })
      }
      case 'handoff.accepted':
      case 'handoff.ended': {
        const { call, ...rest } = told
        const ids = handoffs.get(call)
        if (told.type === 'handoff.ended') handoffs.delete(call)
        return ids && trace.emit({ ...rest, ...ids })
      }
      default: {
        const ids = below()
        trace.emit({ ...told, ...ids })
        if (content !== undefined) inside(ids, content)
      }
    }
  }
}

/** What a task changed in the state of its run, without the values: those are content. */
export function stateChanged(fields: WorkFields, patch: readonly PatchOperation[]): TraceFact {
  const operations = patch.slice(0, OPERATIONS_MAX).map((operation) => ({
    ...{ op: operation.op, path: label(operation.path) },
    ...('from' in operation && { from: label(operation.from) }),
    bytes: 'value' in operation ? Buffer.byteLength(JSON.stringify(operation.value)) : 0
  }))
  return { type: 'state.changed', ...fields, operations, more: patch.length - operations.length }
}

const label = (text: string): string => clipLabel(printable(text))
