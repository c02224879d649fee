/** Every address at which the dashboard shows something. */

const TABS = ['timeline', 'sequence', 'transcript', 'topology', 'state', 'differs'] as const

const SETTINGS = ['retention', 'prices', 'redaction', 'shares', 'audit'] as const

export interface Seen {
  readonly name: string
  readonly path: string
}

/** @param span of the trace, to be opened beside the timeline */
export const viewsOf = (trace: string, span: string): readonly Seen[] => [
  { name: 'list', path: '/' },
  ...TABS.map((tab) => ({ name: tab, path: `/trace/${trace}?view=${tab}` })),
  { name: 'span', path: `/trace/${trace}?span=${span}` },
  { name: 'integrity', path: `/trace/${trace}?integrity=open` },
  { name: 'search', path: '/?q=status:error' },
  { name: 'fault', path: '/?q=colour:red' },
  ...['network', 'costs', 'alerts', 'settings'].map((name) => ({ name, path: `/${name}` })),
  { name: 'task', path: '/network?tab=task' },
  ...['rules', 'channels'].map((tab) => ({ name: tab, path: `/alerts?tab=${tab}` })),
  ...SETTINGS.map((tab) => ({ name: tab, path: `/settings?tab=${tab}` })),
  { name: 'nowhere', path: '/trace/none' }
]
