/** Every address at which the dashboard shows something. */

const TABS = ['timeline', 'sequence', 'transcript', 'topology', 'state', 'differs'] as const

export interface Seen {
  readonly name: string
  readonly path: string
}

/** @param span of the trace, to be opened beside the timeline */
export const viewsOf = (trace: string, span: string): readonly Seen[] => [
  { name: 'list', path: '/' },
  ...TABS.map((tab) => ({ name: tab, path: `/trace/${trace}?view=${tab}` })),
  { name: 'span', path: `/trace/${trace}?span=${span}` },
  ...['network', 'costs', 'alerts', 'settings'].map((name) => ({ name, path: `/${name}` }))
]
