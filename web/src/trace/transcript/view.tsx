/** The run as a conversation: who asked whom for what, and what was said and done until the end. */

import { useMemo, useState } from 'preact/hooks'
import { countOf } from '../../format.ts'
import { Empty, Loading } from '../../parts/states.tsx'
import { change, query } from '../../route.ts'
import { FACTS_MAX } from '../buffer.ts'
import { peopleOf } from '../people.ts'
import type { Run } from '../run.ts'
import { useContents } from './contents.ts'
import { firstOf, foldsOf } from './folds.ts'
import { PartView } from './part.tsx'
import type { Telling } from './part.tsx'
import './style.css'
import { partsOf } from './tree.ts'

/** Parts that are drawn at first, and more of each turn, count. */
const PARTS = 200

export function TranscriptView({ run }: { readonly run: Run }) {
  const { spans, handoffs, facts, complete, version } = run
  const [most, setMost] = useState(PARTS)
  const roots = useMemo(() => partsOf(spans, facts), [version])
  const people = useMemo(() => peopleOf(spans, handoffs), [version])
  const contents = useContents(run)
  const folds = foldsOf()
  if (roots.length === 0) return complete ? <Empty title="Nothing was said yet" /> : <Waiting />
  const shown = firstOf(roots, folds, most)
  const telling: Telling = {
    ...{ run, people, contents, folds, shown },
    selected: query.value.get('span')
  }
  const cut = shown.size === most
  return (
    <section class="transcript" aria-label="Who said what">
      <p class="row">
        <span class="muted">
          What is set off was written by agents and models: it is shown as it came, as text.
        </span>
        <FoldAll />
      </p>
      {contents.error !== undefined && contents.error.status !== 404 && (
        <p class="notice" role="alert">
          Contents could not be loaded: {contents.error.message}
        </p>
      )}
      <ol class="parts">
        {roots
          .filter((part) => shown.has(part))
          .map((part) => (
            <PartView key={part.key} part={part} depth={0} telling={telling} />
          ))}
      </ol>
      {cut && (
        <p>
          <button type="button" onClick={() => setMost(most + 2 * PARTS)}>
            Show more of {countOf(spans.length)} steps
          </button>
        </p>
      )}
      {contents.more !== undefined && (
        <p>
          <button type="button" onClick={contents.more}>
            Load more contents
          </button>
        </p>
      )}
      {run.factsCut && (
        <p class="notice">
          Not every event of this run is here: a browser keeps {countOf(FACTS_MAX)}, of what came
          before this page was opened the earliest.
        </p>
      )}
      {!complete && <p class="muted">More of the run is loading.</p>}
    </section>
  )
}

const Waiting = () => <Loading what="the conversation" />

function FoldAll() {
  const fold = (folds: string): void => change({ folds, turned: undefined })
  return (
    <span class="row">
      <button type="button" onClick={() => fold('open')}>
        Unfold all
      </button>
      <button type="button" onClick={() => fold('closed')}>
        Fold all
      </button>
    </span>
  )
}
