/** The button over a list that begins something new. */

import { WHY_NOT } from '../me.tsx'

/** Begins something new; who may not is told why (`me.tsx`). */
export function NewButton(props: {
  readonly does: string
  readonly may: boolean
  readonly act: () => void
}) {
  const { does, may, act } = props
  return (
    <button
      type="button"
      class="main"
      disabled={!may}
      {...(!may && { 'aria-describedby': WHY_NOT })}
      onClick={act}
    >
      {does}
    </button>
  )
}
