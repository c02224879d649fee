/** What is kept, how much of it there is, what was dropped, what is passed on. */

import { get } from '../api.ts'
import { ago, countOf, moment } from '../format.ts'
import { useLoad } from '../load.ts'
import { Copy } from '../parts/copy.tsx'
import { Failure, Loading } from '../parts/states.tsx'
import { useNow, useRefresh } from '../refresh.ts'
import type { Size } from '../types.ts'
import { bytesOf } from './bytes.ts'

const LOOK_MS = 10_000

export function Retention() {
  const { value, error, again, loading } = useLoad('size', (signal) =>
    get<Size>('/api/v1/size', {}, signal)
  )
  useRefresh({ again, loading }, LOOK_MS)
  if (value === undefined) {
    return error ? <Failure what="Sizes" error={error} again={again} /> : <Loading what="sizes" />
  }
  return (
    <>
      {error && <Failure what="Sizes" error={error} again={again} />}
      <Held of={value} />
      <Bounds of={value.retention} />
      <PassedOn of={value.export} />
    </>
  )
}

function Held({ of: { bytes, traces, spans, facts, oldestUs } }: { readonly of: Size }) {
  return (
    <section class="panel" aria-label="What is there">
      <h2>What is there</h2>
      <dl class="pairs">
        <dt>On the disk</dt>
        <dd>{bytesOf(bytes)}</dd>
        <dt>Traces</dt>
        <dd>{countOf(traces)}</dd>
        <dt>Spans</dt>
        <dd>{countOf(spans)}</dd>
        <dt>Events</dt>
        <dd>{countOf(facts)}</dd>
        <dt>The oldest</dt>
        <dd>{oldestUs === null ? 'there is none' : moment(oldestUs)}</dd>
      </dl>
    </section>
  )
}

const LINE = 'npx peerwork observe --keep-days 90 --keep-bytes 200GiB --keep-spans all'

function Bounds({ of }: { readonly of: Size['retention'] }) {
  const now = useNow()
  if (of === null) {
    return (
      <section class="panel" aria-label="How long">
        <h2>How long</h2>
        <p>Everything is kept: this observer was started without retention.</p>
      </section>
    )
  }
  const { days, bytes, spans, dropped, droppedAt } = of
  const none = 'no bound'
  return (
    <section class="panel" aria-label="How long">
      <h2>How long</h2>
      <dl class="pairs">
        <dt>Days</dt>
        <dd>{days === null ? none : countOf(days)}</dd>
        <dt>Size</dt>
        <dd>{bytes === null ? none : bytesOf(bytes)}</dd>
        <dt>Spans</dt>
        <dd>{spans === null ? none : countOf(spans)}</dd>
        <dt>Dropped since the start</dt>
        <dd>
          {droppedAt === null
            ? 'nothing'
            : `${countOf(dropped.traces)} traces, ${countOf(dropped.spans)} spans, ` +
              `${bytesOf(dropped.bytes)}; last ${ago(droppedAt * 1_000, now)}`}
        </dd>
      </dl>
      <p>
        Whole days go, the oldest first; a trace that is pinned stays. The bounds are set when the
        observer starts, and cannot be changed from here:
      </p>
      <Copy text={LINE} what="the command line" />
    </section>
  )
}

function PassedOn({ of }: { readonly of: Size['export'] }) {
  if (of === null) return null
  const { to, waiting, sent, rejected, dropped, trouble } = of
  return (
    <section class="panel" aria-label="Passed on">
      <h2>Passed on</h2>
      <dl class="pairs">
        <dt>To</dt>
        <dd>
          <bdi>{to}</bdi>
        </dd>
        <dt>Sent</dt>
        <dd>{countOf(sent)} spans</dd>
        <dt>Waiting</dt>
        <dd>{countOf(waiting)}</dd>
        <dt>Rejected there, dropped here</dt>
        <dd>
          {countOf(rejected)}, {countOf(dropped)}
        </dd>
      </dl>
      {trouble !== null && (
        <p class="notice">
          It does not work at the moment: <bdi>{trouble}</bdi>
        </p>
      )}
    </section>
  )
}
