/** Values of changes that agents sealed for this observer alone: filled in where they are shown. */

import type { ShownContent } from '../../../../src/observer/content-page.ts'
import type { StateHistory } from '../../types.ts'
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

const isRecord = (one: ToldChange | null): one is ToldChange =>
  typeof one === 'object' && one !== null

/**
 * The n-th change of a span is the n-th operation that its content tells. Only who changed it may
 * tell its values.
 */
export function filled({ keys }: StateHistory, contents: readonly ShownContent[]): Told {
  const shown = new Map<string, readonly ToldChange[]>()
  for (const { span, by, of, state, value } of contents) {
    if (of !== 'state' || state !== 'shown' || !Array.isArray(value)) continue
    shown.set(`${span}/${by}`, (value as readonly (ToldChange | null)[]).filter(isRecord))
  }
  const used = new Set<object>()
  const fill = (change: ToldChange): ToldChange => {
    const told = shown
      .get(`${change.span ?? ''}/${change.author}`)
      ?.find((one) => !used.has(one) && one.op === change.op && one.path === change.path)
    if (told === undefined || change.value !== undefined) return change
    used.add(told)
    const { value, before } = told
    return {
      ...change,
      ...(value !== undefined && { value }),
      ...(before !== undefined && { before })
    }
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
