/** Values of changes that agents sealed for this observer alone: filled in where they are shown. */

import type { ShownContent } from '../../../../src/observer/content-page.ts'
import { get } from '../../api.ts'
import type { Page, StateHistory } from '../../types.ts'
import type { KeyChanges, ToldChange } from './replay.ts'

/** Spans that are asked for, count: each is a question. */
const SPANS_MAX = 40

export interface Told {
  readonly keys: readonly KeyChanges[]
  /** Why values are not shown, once each. */
  readonly reasons: readonly string[]
}

/** Spans whose values are missing. */
export function hiddenSpans({ keys }: StateHistory): readonly string[] {
  const hidden = keys.flatMap(({ changes }) => changes.filter(isHidden))
  return [...new Set(hidden.flatMap(({ span }) => span ?? []))].slice(0, SPANS_MAX)
}

const isHidden = ({ op, value }: ToldChange): boolean =>
  value === undefined && (op === 'add' || op === 'replace')

/** @throws ApiError */
export async function contentsOf(
  trace: string,
  spans: readonly string[],
  signal: AbortSignal
): Promise<readonly ShownContent[]> {
  const path = `/api/v1/traces/${trace}/contents`
  const found: ShownContent[] = []
  // One after the other: each makes the observer ask a producer.
  for (const span of spans) {
    const { items } = await get<Page<ShownContent>>(path, { span }, signal)
    found.push(...items)
  }
  return found
}

/** The n-th change of a span is the n-th operation that its content tells. */
export function filled({ keys }: StateHistory, contents: readonly ShownContent[]): Told {
  const shown = new Map<string, readonly ToldChange[]>()
  for (const { span, of, state, value } of contents) {
    if (of === 'state' && state === 'shown' && Array.isArray(value)) {
      shown.set(span, value)
    }
  }
  const used = new Set<object>()
  const fill = (change: ToldChange): ToldChange => {
    const told = shown
      .get(change.span ?? '')
      ?.find((one) => !used.has(one) && one.op === change.op && one.path === change.path)
    if (told === undefined || !isHidden(change)) return change
    used.add(told)
    const { before } = told
    return { ...change, value: told.value, ...(before !== undefined && { before }) }
  }
  const whole = keys.map(({ key, changes }) => ({ key, changes: changes.map(fill) }))
  const silent = contents.filter(
    ({ state, of }) => state !== 'shown' && of !== 'input' && of !== 'output'
  )
  return { keys: whole, reasons: [...new Set(silent.map(reasonOf))] }
}

const REASONS: Readonly<Record<ShownContent['state'], string>> = {
  shown: '',
  dropped: 'Their key was dropped',
  'not-permitted': 'Their producer does not let this observer read them',
  away: 'Their producer cannot be asked now',
  unreadable: 'Their parts are missing or do not fit',
  'not-told': 'Their producer did not tell them'
}

/** In a sentence, with the words of the observer where it has any. */
export function reasonOf({ state, why }: Pick<ShownContent, 'state' | 'why'>): string {
  const words = why === null || why.message === '' ? '' : `: ${why.message}`
  return `${REASONS[state]}${words}.`
}
