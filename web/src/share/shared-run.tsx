/** A shared run, as whoever has its link or its file sees it. */

import { useEffect, useState } from 'preact/hooks'
import { countOf, duration, moment, money } from '../format.ts'
import { Status } from '../parts/status.tsx'
import { Gantt } from './gantt.tsx'
import { StepDetail } from './step-detail.tsx'
import { Steps } from './steps.tsx'
import type { ShownRun } from './types.ts'

const ZOOM_MAX = 32

export function SharedRun({ run }: { readonly run: ShownRun }) {
  const [selected, select] = useStep()
  const [zoom, setZoom] = useState(1)
  return (
    <main class="shared">
      <p class="muted brand-line">Shared from Peerwork</p>
      <h1>{run.name === null ? run.title : <bdi>{run.name}</bdi>}</h1>
      <Summary run={run} />
      <div class="row zoom" role="group" aria-label="Zoom">
        <button type="button" disabled={zoom === 1} onClick={() => setZoom(zoom / 2)}>
          <span aria-hidden="true">−</span>
          <span class="unseen">Zoom out</span>
        </button>
        <button type="button" disabled={zoom === ZOOM_MAX} onClick={() => setZoom(zoom * 2)}>
          <span aria-hidden="true">+</span>
          <span class="unseen">Zoom in</span>
        </button>
        <span class="muted">{zoom === 1 ? 'The whole run' : `${zoom} times as wide`}</span>
      </div>
      <Gantt {...{ run, zoom, selected }} onSelect={select} />
      {selected !== undefined && <StepDetail run={run} at={selected} close={() => select()} />}
      <Steps {...{ run, selected }} />
    </main>
  )
}

function Summary({ run }: { readonly run: ShownRun }) {
  const { status, ms, at, lanes, errors, tokens, cost } = run
  const agents = `${lanes.length} ${lanes.length === 1 ? 'agent' : 'agents'}`
  const failed = `${countOf(errors)} failed ${errors === 1 ? 'step' : 'steps'}`
  return (
    <p class="row">
      <Status of={status} />
      <span>{ms === null ? 'not over yet' : duration(ms)}</span>
      <span>{agents}</span>
      {errors > 0 && <span>{failed}</span>}
      {tokens !== null && tokens > 0 && <span>{countOf(tokens)} tokens</span>}
      {cost !== null && <span>{money(cost)}</span>}
      {at !== null && <span class="muted">{moment(at * 1_000)}</span>}
    </p>
  )
}

/** The chosen step stands in the address, as a place on the page. */
function useStep(): readonly [number | undefined, (at?: number) => void] {
  const [step, setStep] = useState(readStep)
  useEffect(() => {
    const follow = (): void => setStep(readStep())
    addEventListener('hashchange', follow)
    // It may have changed before anybody listened.
    follow()
    return () => removeEventListener('hashchange', follow)
  }, [])
  const select = (at?: number): void => {
    location.hash = at === undefined ? '' : `step-${at}`
  }
  return [step, select]
}

function readStep(): number | undefined {
  const at = /^#step-(\d{1,6})$/.exec(location.hash)?.[1]
  return at === undefined ? undefined : Number(at)
}
