/** The head of every page: where one can go, whether it is live, how it looks. */

import { Unread } from './alerts/unread.tsx'
import { Link } from './link.tsx'
import { isListening, isLive } from './live.ts'
import { path } from './route.ts'
import { theme } from './theme.ts'
import type { Theme } from './theme.ts'

const PLACES = [
  ['/', 'Traces'],
  ['/network', 'Network'],
  ['/costs', 'Costs'],
  ['/alerts', 'Alerts'],
  ['/settings', 'Settings']
] as const
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }

export function Header() {
  const here = (to: string): boolean =>
    to === '/' ? path.value === '/' || path.value.startsWith('/trace/') : path.value === to
  return (
    <header class="head">
      <Link to="/" class="brand">
        Peerwork
      </Link>
      <nav aria-label="Main">
        {PLACES.map(([to, name]) => (
          <Link key={to} to={to} aria-current={here(to) ? 'page' : undefined}>
            {name}
            {to === '/alerts' && <Unread />}
          </Link>
        ))}
      </nav>
      <span class={light()} role="status">
        {isListening.value && (isLive.value ? 'live' : 'not live')}
      </span>
      <button
        type="button"
        class="plain"
        onClick={() => {
          theme.value = NEXT[theme.value]
        }}
      >
        Theme: {theme.value}
      </button>
    </header>
  )
}

const light = (): string => {
  if (!isListening.value) return 'light none'
  return isLive.value ? 'light on' : 'light'
}
