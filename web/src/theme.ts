/** Light, dark, or as the system has it; remembered in this browser. */

import { signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'peerwork.theme'

export const theme = signal<Theme>(readTheme())

function readTheme(): Theme {
  const kept = localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

/** Keep the document in step with what is chosen. */
export function followTheme(): void {
  theme.subscribe((chosen) => {
    if (chosen === 'system') {
      delete document.documentElement.dataset['theme']
      localStorage.removeItem(KEY)
    } else {
      document.documentElement.dataset['theme'] = chosen
      localStorage.setItem(KEY, chosen)
    }
  })
}
