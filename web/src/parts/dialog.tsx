/** A dialog that the browser keeps the focus in; it goes back to where it was. */

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { ApiError } from '../api.ts'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement
    const dialog = ref.current
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

interface ConfirmProps {
  readonly title: string
  /** What the button does, as a verb: `Revoke the key`. */
  readonly action: string
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
  /** What it breaks. */
  readonly children: ComponentChildren
}

/** Before something that cannot be undone. It closes when it was done, and says why it was not. */
export function Confirm({ title, action, onConfirm, onClose, children }: ConfirmProps) {
  const [error, setError] = useState<ApiError>()
  const [busy, setBusy] = useState(false)
  const confirm = (): void => {
    setBusy(true)
    onConfirm()
      .then(onClose, (thrown: unknown) => setError(thrown as ApiError))
      .finally(() => setBusy(false))
  }
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {error && (
        <p class="failure" role="alert">
          {error.message}
        </p>
      )}
      <p class="row end">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="danger" disabled={busy} onClick={confirm}>
          {action}
        </button>
      </p>
    </Dialog>
  )
}
