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
  }
]
