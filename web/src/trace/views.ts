/**
 * The views of a run, in the order of their tabs. A view is a piece of its own, loaded when it is
 * opened; its id stands in the address as `?view=`.
 */

import type { ComponentType } from 'preact'
import { lazy } from 'preact/compat'
import type { Run } from './run.ts'

export type RunView = ComponentType<{ readonly run: Run }>

export interface TraceView {
  readonly id: string
  readonly name: string
  readonly View: RunView
}

/** The first is shown when the address names none. */
export const VIEWS: readonly TraceView[] = [
  {
    id: 'timeline',
    name: 'Timeline',
    View: lazy(async () => (await import('./timeline/view.tsx')).TimelineView) as RunView
  },
  {
    id: 'sequence',
    name: 'Sequence',
    View: lazy(async () => (await import('./sequence/view.tsx')).SequenceView) as RunView
  },
  {
    id: 'transcript',
    name: 'Transcript',
    View: lazy(async () => (await import('./transcript/view.tsx')).TranscriptView) as RunView
  },
  {
    id: 'topology',
    name: 'Topology',
    View: lazy(async () => (await import('./topology/view.tsx')).TopologyView) as RunView
  },
  {
    id: 'state',
    name: 'State',
    View: lazy(async () => (await import('./state/view.tsx')).StateView) as RunView
  },
  {
    id: 'differs',
    name: 'What differs',
    View: lazy(async () => (await import('./differs/view.tsx')).DiffersView) as RunView
  }
]
