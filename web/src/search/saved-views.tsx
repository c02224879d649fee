/** Saved searches as chips; the one that is shown can be renamed and removed. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { Link } from '../link.tsx'
import { NAME_MAX, removeView, savedViews, saveView, VIEWS_MAX } from './saved.ts'

interface ViewsProps {
  readonly q: string
  /** Whether it is a search that can be kept. */
  readonly canSave: boolean
}

export function SavedViews({ q, canSave }: ViewsProps) {
  const [naming, setNaming] = useState(false)
  const box = useRef<HTMLElement>(null)
  const views = savedViews.value
  const here = views.find((view) => view.q === q)
  useEffect(() => setNaming(false), [q])
  const done = (): void => {
    setNaming(false)
    setTimeout(() => box.current?.querySelector<HTMLElement>('[aria-current], button')?.focus())
  }
  const fresh = q !== '' && canSave && here === undefined && views.length < VIEWS_MAX
  if (views.length === 0 && !fresh) return null
  return (
    <nav class="views row" aria-label="Saved searches" ref={box}>
      {views.length > 0 && (
        <ul>
          {views.map((view) => (
            <li key={view.q}>
              <Link
                to={`/?${new URLSearchParams({ q: view.q })}`}
                class="chip"
                title={view.q}
                aria-current={view === here ? 'page' : undefined}
              >
                <bdi>{view.name}</bdi>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {naming ? (
        <Naming {...{ q, name: here?.name ?? '', done }} />
      ) : (
        <>
          {fresh && (
            <button type="button" onClick={() => setNaming(true)}>
              Save this search
            </button>
          )}
          {here !== undefined && (
            <>
              <button type="button" class="plain" onClick={() => setNaming(true)}>
                Rename
              </button>
              <button
                type="button"
                class="plain"
                onClick={() => {
                  removeView(q)
                  done()
                }}
              >
                Remove
              </button>
            </>
          )}
        </>
      )}
    </nav>
  )
}

interface NamingProps {
  readonly q: string
  readonly name: string
  readonly done: () => void
}

function Naming({ q, name, done }: NamingProps) {
  const [typed, setTyped] = useState(name)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.select(), [])
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() === '') return
        saveView({ name: typed, q })
        done()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') done()
      }}
    >
      <input
        {...{ ref: input, type: 'text', value: typed, required: true, maxLength: NAME_MAX }}
        aria-label="Name of this search"
        placeholder="Name of this search"
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <button type="submit" class="main">
        Save
      </button>
      <button type="button" class="plain" onClick={done}>
        Cancel
      </button>
    </form>
  )
}
