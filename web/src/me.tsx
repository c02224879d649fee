/** Who looks, and what it may: what it may not is said before it is tried. */

import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { get } from './api.ts'
import type { Me } from './types.ts'

const me = signal<Me | undefined>(undefined)
let asked = false

/** Undefined until the observer has said. */
export function useMe(): Me | undefined {
  useEffect(() => {
    if (asked) return
    asked = true
    get<Me>('/api/v1/me').then(
      (told) => {
        me.value = told
      },
      () => {
        asked = false
      }
    )
  }, [])
  return me.value
}

/** Whether changes may be made here; true until it is known, since the observer decides anyway. */
export function useMayChange(): boolean {
  const who = useMe()
  return who === undefined || who.scopes.includes('admin')
}

/** Of the words that say why something cannot be done, for `aria-describedby`. */
export const WHY_NOT = 'why-not'

/** Nothing for who may. */
export function OnlyLooking({ what }: { readonly what: string }) {
  const who = useMe()
  if (who === undefined || who.scopes.includes('admin')) return null
  return (
    <p class="notice" id={WHY_NOT}>
      <strong>You can look, and change nothing.</strong> The key “<bdi>{who.name}</bdi>” has the
      scope {who.scopes.join(' and ')}; {what} takes <code>admin</code>. Use a key with that scope,
      or sign in with the link that <code>npx peerwork observe sign-in</code> prints on the machine
      of the observer.
    </p>
  )
}
