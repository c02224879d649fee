/** Contents of a run, as far as the observer may read them: page by page. */

import { useEffect, useState } from 'preact/hooks'
import type { ShownContent } from '../../../../src/observer/content-page.ts'
import { ApiError, get } from '../../api.ts'
import type { Page } from '../../types.ts'
import type { Run } from '../run.ts'

/** Pages that are loaded by themselves, count: each may be 1 MiB, and waits for producers. */
const PAGES = 5
/** Spans of one page, count. */
const SPANS = 50

export interface RunContents {
  readonly of: ReadonlyMap<string, readonly ShownContent[]>
  readonly loading: boolean
  readonly error: ApiError | undefined
  /** Load on from here; absent when there is nothing more. */
  readonly more: (() => void) | undefined
}

interface State {
  readonly items: readonly ShownContent[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ApiError | undefined
}

const NOTHING: State = { items: [], next: undefined, loading: false, error: undefined }

export const contentKey = (span: string, by: string): string => `${span}/${by}`

export function useContents({ trace, spans, summary }: Run): RunContents {
  // Only agents that did the work tell contents; of others nobody needs to be asked.
  const any = spans.some(({ side, source }) => source.kind === 'agent' && side === 'executor')
  const [state, setState] = useState(NOTHING)
  const [from, setFrom] = useState<string | undefined>(undefined)
  const ended = summary.status
  useEffect(() => {
    if (!any) return
    const leaving = new AbortController()
    void load({ trace, from, signal: leaving.signal }, (next) => {
      setState((known) => {
        const items = from === undefined ? next.items : [...known.items, ...next.items]
        return { ...next, items: distinct(items) }
      })
    })
    return () => leaving.abort()
  }, [trace, any, ended, from])
  const { items, next, loading, error } = state
  const of = Map.groupBy(items, ({ span, by }) => contentKey(span, by))
  const more = next === undefined || loading ? undefined : () => setFrom(next)
  return { of, loading, error, more }
}

const distinct = (items: readonly ShownContent[]): readonly ShownContent[] => [
  ...new Map(
    items.map((one) => [`${one.span}/${one.by}/${one.of ?? ''}/${one.atUs ?? ''}`, one])
  ).values()
]

interface Asked {
  readonly trace: string
  readonly from: string | undefined
  readonly signal: AbortSignal
}

/** @param show what came by now */
async function load({ trace, from, signal }: Asked, show: (state: State) => void): Promise<void> {
  const items: ShownContent[] = []
  let after = from
  try {
    for (let page = 0; page < PAGES; page++) {
      show({ items: [...items], next: after, loading: true, error: undefined })
      const path = `/api/v1/traces/${trace}/contents`
      const found = await get<Page<ShownContent>>(path, { limit: SPANS, after }, signal)
      items.push(...found.items)
      after = found.next
      if (after === undefined) break
    }
    show({ items: [...items], next: after, loading: false, error: undefined })
  } catch (thrown) {
    if (signal.aborted) return
    const error = thrown instanceof ApiError ? thrown : new ApiError(-1, 'INTERNAL', String(thrown))
    show({ items: [...items], next: after, loading: false, error })
  }
}
