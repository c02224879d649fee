/** How something ended, as a word with a mark: never by colour alone. */

const MARKS: Readonly<Record<string, string>> = {
  ok: '✓',
  error: '✕',
  canceled: '⊘',
  rejected: '⊘',
  open: '…',
  offered: '…',
  accepted: '…'
}
const WORDS: Readonly<Record<string, string>> = { open: 'running', error: 'failed' }

export function Status({ of }: { readonly of: string }) {
  return (
    <span class={`status ${of}`}>
      <span aria-hidden="true">{MARKS[of] ?? '·'}</span> {WORDS[of] ?? of}
    </span>
  )
}
