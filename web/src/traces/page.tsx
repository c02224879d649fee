/** All traces, newest first, live; or those that a search finds. */

import { lazy, Suspense } from 'preact/compat'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { madeKey } from '../first/made.ts'
import { Link } from '../link.tsx'
import { useLoad } from '../load.ts'
import { Empty, Failure, Loading } from '../parts/states.tsx'
import { change, query, withQuery } from '../route.ts'
import { SearchBox } from '../search/box.tsx'
import { Faults, FAULTS_ID } from '../search/faults.tsx'
import { NothingFound } from '../search/nothing-found.tsx'
import { parseSearch } from '../search/parse.ts'
import type { Search } from '../search/parse.ts'
import { SavedViews } from '../search/saved-views.tsx'
import type { TracePage } from '../types.ts'
import { Keys } from './keys.tsx'
import { NEWEST, readPage } from './pages.ts'
import type { Place } from './pages.ts'
import { Pager } from './pager.tsx'
import { useReturn } from './return.ts'
import { PAGE } from './rows.ts'
import { TraceTable } from './table.tsx'
import { useTail } from './tail.ts'

/** Of the first minutes only: loaded when there is nothing, or only the sample. */
const FirstMinutes = lazy(async () => (await import('../first/first-minutes.tsx')).FirstMinutes)
const KeyKept = lazy(async () => (await import('../first/key-kept.tsx')).KeyKept)
const SampleNotice = lazy(async () => (await import('../first/sample.tsx')).SampleNotice)

export function TracesPage() {
  const q = query.value.get('q') ?? ''
  const search = useMemo(() => parseSearch(q), [q])
  const isWrong = search.faults.length > 0
  return (
    <>
      <div class="row list-head">
        <h1>Traces</h1>
        <span class="room" />
        <Pause />
        <Keys />
      </div>
      <SearchBox q={q} faults={isWrong ? FAULTS_ID : undefined} />
      <SavedViews q={q} canSave={!isWrong} />
      {isWrong ? <Faults q={q} search={search} /> : <List q={q} search={search} />}
    </>
  )
}

function Pause() {
  const isPaused = query.value.get('live') === 'off'
  return (
    <button
      type="button"
      aria-pressed={isPaused}
      title="Whether rows come and change while you look"
      onClick={() => change({ live: isPaused ? undefined : 'off' }, 'replace')}
    >
      Pause
    </button>
  )
}

interface ListProps {
  readonly q: string
  readonly search: Search
}

function List({ q, search }: ListProps) {
  const place: Place = {
    after: query.value.get('after') ?? undefined,
    before: query.value.get('before') ?? undefined
  }
  const isNewest = place.after === undefined && place.before === undefined
  const top = useRef<HTMLDivElement>(null)
  const asked = search.parameters
  const key = JSON.stringify([asked, place])
  const { value, error, again } = useLoad(key, (signal) => readPage(asked, place, { signal }))
  const { known, keep } = useReturn(key, top)
  const isPaused = query.value.get('live') === 'off'
  const isAtTop = (): boolean => (top.current?.getBoundingClientRect().top ?? 0) >= 0
  const tail = useTail(value ?? known, { asked, place, isPaused, isAtTop })
  const { waiting, fresh } = tail
  keep(tail.page)
  useNewest(place, tail.page)
  const { page, isOld } = useStill(tail.page, error !== undefined)
  const show = (): void => {
    if (isNewest) again()
    else change({ ...NEWEST })
    scrollTo(0, 0)
  }
  return (
    <div ref={top} class={isOld ? 'list old' : 'list'} aria-busy={isOld}>
      {error && <Failure what="The traces" error={error} again={again} />}
      {error && page === undefined && !isNewest && (
        <p>
          <Link to={withQuery({ ...NEWEST })}>Newest traces</Link>
        </p>
      )}
      {page === undefined && error === undefined && <Loading what="traces" rows={12} />}
      <Waiting count={waiting} show={show} />
      {page?.items.length === 0 && <Nothing {...{ q, search, isNewest, page, again }} />}
      {page !== undefined && page.items.length > 0 && (
        <Suspense fallback={null}>
          {madeKey.value !== undefined && <KeyKept />}
          <SampleNotice again={again} />
        </Suspense>
      )}
      {page !== undefined && page.items.length > 0 && (
        <TraceTable traces={page.items} fresh={fresh} />
      )}
      {page !== undefined && page.items.length > 0 && <Partial of={page} />}
      {page !== undefined && <Pager page={page} isNewest={isNewest} />}
    </div>
  )
}

/** What was shown stays until the next page is there: nothing flashes, the focus keeps its link. */
function useStill(page: TracePage | undefined, hasFailed: boolean) {
  const last = useRef<TracePage>(undefined)
  const still = hasFailed || last.current?.items.length === 0 ? undefined : last.current
  if (page !== undefined) last.current = page
  return { page: page ?? still, isOld: page === undefined && still !== undefined }
}

/** Back at the top by steps: its address is the plain one, where what is new comes in. */
function useNewest({ before }: Place, page: TracePage | undefined): void {
  const isTop = before !== undefined && page !== undefined && page.prev === undefined
  useEffect(() => {
    if (isTop) change({ ...NEWEST }, 'replace')
  }, [isTop])
}

interface WaitingProps {
  readonly count: number
  readonly show: () => void
}

/** Calm: said once to screen readers, and never moving what is read. */
function Waiting({ count, show }: WaitingProps) {
  return (
    <div class="waiting">
      <span class="unseen" role="status">
        {count > 0 && 'There are new traces.'}
      </span>
      {count > 0 && (
        <button type="button" class="main" onClick={show}>
          {count >= PAGE ? `${PAGE} or more new` : `${count} new`}
        </button>
      )}
    </div>
  )
}

interface NothingProps extends ListProps {
  readonly again: () => void
  readonly isNewest: boolean
  readonly page: TracePage
}

function Nothing({ q, search, isNewest, page, again }: NothingProps) {
  if (page.next !== undefined || page.prev !== undefined) {
    return (
      <Empty title="Nothing found yet">
        <p>There are more traces than could be looked through at once. Go on below.</p>
      </Empty>
    )
  }
  if (!isNewest) return <Empty title="No traces here any more" />
  if (q !== '') return <NothingFound q={q} conditions={search.conditions} />
  return (
    <Suspense fallback={<Loading what="how to begin" />}>
      <FirstMinutes again={again} />
    </Suspense>
  )
}

function Partial({ of: { items, next } }: { readonly of: TracePage }) {
  if (items.length >= PAGE || next === undefined) return null
  return (
    <p class="notice">
      Only some of the traces were looked through: there may be more among the older ones.
    </p>
  )
}
