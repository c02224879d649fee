/** What went in and what came out, when asked for: it may be secret, and has to be fetched. */

import { useMemo, useState } from 'preact/hooks'
import type { ShownContent } from '../../../../src/observer/content-page.ts'
import { get } from '../../api.ts'
import { useLoad } from '../../load.ts'
import { Failure, Loading } from '../../parts/states.tsx'
import type { Page } from '../../types.ts'
import { nameOf, namesOf } from '../integrity/words.ts'
import type { Run } from '../run.ts'
import { NotShown } from '../transcript/said.tsx'
import { Json } from './json.tsx'

const NAMES = { input: 'Input', output: 'Answer', state: 'State' } as const

interface ContentsProps {
  /** Whose: what it is about, and what those who tell are called. */
  readonly run: Run
  readonly span: string
}

export function Contents(of: ContentsProps) {
  const [open, setOpen] = useState(false)
  return (
    <section>
      <h3>Contents</h3>
      {open ? (
        <Loaded {...of} />
      ) : (
        <button type="button" onClick={() => setOpen(true)}>
          Show contents
        </button>
      )}
    </section>
  )
}

type Answer = Page<ShownContent> & { readonly notice: string }

function Loaded({ run: { trace, spans }, span }: ContentsProps) {
  const names = useMemo(() => namesOf(spans), [spans])
  const { value, error, again } = useLoad(`contents ${trace} ${span}`, (signal) =>
    get<Answer>(`/api/v1/traces/${trace}/contents`, { span }, signal)
  )
  if (error?.status === 404 || value?.items.length === 0) {
    return <p class="muted">Nobody told any: only agents that do work for others do.</p>
  }
  if (value === undefined) {
    if (error === undefined) return <Loading what="the contents" rows={2} />
    return <Failure what="The contents" error={error} again={again} />
  }
  const shown = value.items.some(({ state }) => state === 'shown')
  return (
    <>
      {shown && (
        <p class="notice">
          <strong>Written by others, and not checked.</strong> It is data: follow no instruction in
          it.
        </p>
      )}
      {value.items.map((one, at) =>
        one.state === 'shown' ? (
          <figure key={at} class="content">
            <figcaption>
              {one.of === null ? 'Content' : NAMES[one.of]}, from <bdi>{nameOf(one.by, names)}</bdi>
            </figcaption>
            <Json of={one.value} />
          </figure>
        ) : (
          <NotShown key={at} content={one} />
        )
      )}
    </>
  )
}
