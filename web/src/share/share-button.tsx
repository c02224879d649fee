/** The way to share a run: a button; what it opens is loaded when it is asked for. */

import { lazy, Suspense } from 'preact/compat'
import { useState } from 'preact/hooks'
import { useMayChange } from '../me.tsx'

const ShareDialog = lazy(async () => (await import('./share-dialog.tsx')).ShareDialog)

export function ShareButton({ trace }: { readonly trace: string }) {
  const [open, setOpen] = useState(false)
  if (!useMayChange()) return null
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Share
      </button>
      {open && (
        <Suspense fallback={null}>
          <ShareDialog trace={trace} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
