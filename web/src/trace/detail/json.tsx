/** JSON that others wrote, as a tree that opens by hand: text and nothing but text. */

import { useState } from 'preact/hooks'
import { countOf } from '../../format.ts'

/** Entries that are shown of one object at first, and characters of one text. */
const ENTRIES = 100
const CHARS = 600
/** Values inside each other that are shown, count: deeper is text. */
const DEPTH_MAX = 40

interface JsonProps {
  readonly of: unknown
  readonly depth?: number
}

export function Json({ of, depth = 0 }: JsonProps) {
  if (typeof of === 'string') return <Text of={of} />
  if (typeof of !== 'object' || of === null) return <code>{String(of)}</code>
  if (depth >= DEPTH_MAX) return <Text of={JSON.stringify(of)} />
  const isList = Array.isArray(of)
  const size = isList ? of.length : Object.keys(of).length
  if (size === 0) return <code>{isList ? '[]' : '{}'}</code>
  if (depth === 0) return <Entries of={of} depth={depth} />
  return <Folded of={of} depth={depth} size={size} />
}

type Branch = Readonly<Record<string, unknown>> | readonly unknown[]

interface FoldedProps {
  readonly of: object
  readonly depth: number
  readonly size: number
}

/** What is in it is made when it is opened: attributes may be half a megabyte. */
function Folded({ of, depth, size }: FoldedProps) {
  const [open, setOpen] = useState(false)
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="muted">
        {Array.isArray(of) ? 'list' : 'object'} of {countOf(size)}
      </summary>
      {open && <Entries of={of} depth={depth} />}
    </details>
  )
}

function Entries({ of, depth }: { readonly of: object; readonly depth: number }) {
  const [shown, setShown] = useState(ENTRIES)
  const entries = Object.entries(of as Branch)
  return (
    <ul class="json">
      {entries.slice(0, shown).map(([key, value]) => (
        <li key={key}>
          <bdi class="mono key">{key.length > CHARS ? `${key.slice(0, CHARS)}…` : key}</bdi>{' '}
          <Json of={value} depth={depth + 1} />
        </li>
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" class="plain" onClick={() => setShown(shown + ENTRIES * 5)}>
            {countOf(entries.length - shown)} more
          </button>
        </li>
      )}
    </ul>
  )
}

function Text({ of }: { readonly of: string }) {
  const [whole, setWhole] = useState(false)
  const long = of.length > CHARS
  return (
    <>
      <bdi class="text">{long && !whole ? `${of.slice(0, CHARS)} …` : of}</bdi>{' '}
      {long && (
        <button type="button" class="plain" onClick={() => setWhole(!whole)}>
          {whole ? 'Show less' : `Show all ${countOf(of.length)} characters`}
        </button>
      )}
    </>
  )
}
