/** The end of a form: do it, or leave it. */
export function FormEnd(props: {
  readonly does: string
  readonly busy: boolean
  readonly close: () => void
}) {
  const { does, busy, close } = props
  return (
    <p class="row">
      <button type="submit" class="main" disabled={busy}>
        {does}
      </button>
      <button type="button" onClick={close}>
        Cancel
      </button>
    </p>
  )
}
