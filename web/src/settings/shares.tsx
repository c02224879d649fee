/** Links that show one trace to whoever has them. */

import type { ComponentType } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { useMe } from '../me.tsx'
import { Loading } from '../parts/states.tsx'

const SharesList = lazy(
  async () => (await import('../share/shares-list.tsx')).SharesList as ComponentType
)

export function Shares() {
  const me = useMe()
  if (me !== undefined && !me.scopes.includes('admin')) {
    return <p class="muted">The list of shares is shown to admins alone.</p>
  }
  return (
    <Suspense fallback={<Loading what="shares" />}>
      <SharesList />
    </Suspense>
  )
}
