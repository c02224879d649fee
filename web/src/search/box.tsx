/**
 * The search: one line of text, with suggestions below it.
 *
 * ARIA's combobox with a list that completes: the focus stays in the line, arrows choose, Enter
 * takes what is chosen or searches, Escape closes the list and then leaves the line.
 */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { TargetedInputEvent, TargetedKeyboardEvent } from 'preact'
import { change } from '../route.ts'
import { SearchHelp } from './help.tsx'
import { suggestionsFor, take, typingAt } from './suggest.ts'
import type { Suggestion } from './suggest.ts'
import { useValues } from './use-values.ts'
import './search.css'

/** The line, for the key that leads to it. */
export const SEARCH_ID = 'search'
const LIST_ID = 'search-suggestions'
const idOf = (at: number): string => `${LIST_ID}-${at}`

interface BoxProps {
  readonly q: string
  /** Where it is said what is wrong with the search; absent when nothing is. */
  readonly faults: string | undefined
}

export function SearchBox({ q, faults }: BoxProps) {
  const { text, found, chosen, input, ...does } = useLine(q)
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault()
        does.search(text)
      }}
    >
      <div class="search-line">
        <input
          {...{ ref: input, id: SEARCH_ID, type: 'text', role: 'combobox', value: text }}
          aria-label="Search traces"
          aria-expanded={found.length > 0}
          aria-controls={LIST_ID}
          aria-autocomplete="list"
          aria-activedescendant={found[chosen] === undefined ? undefined : idOf(chosen)}
          aria-invalid={faults === undefined ? undefined : true}
          aria-describedby={faults}
          {...{ autocomplete: 'off', autocapitalize: 'off', spellcheck: false }}
          enterkeyhint="search"
          placeholder={'agent:planner status:error cost>0.5 "free text"'}
          {...{ onInput: does.follow, onKeyDown: does.press, onBlur: does.close }}
        />
        <Suggestions {...{ found, chosen, accept: does.accept }} />
      </div>
      <button type="submit">Search</button>
      {q !== '' && (
        <button type="button" class="plain" onClick={() => does.search('')}>
          Clear
        </button>
      )}
      <SearchHelp />
    </form>
  )
}

/** What is typed, what is suggested for it, and what keys do. */
function useLine(q: string) {
  const [typed, setTyped] = useState({ text: q, caret: q.length })
  const [isOpen, setOpen] = useState(false)
  const [chosen, setChosen] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  // A link or the back button brought another search.
  useEffect(() => setTyped({ text: q, caret: q.length }), [q])
  const typing = typingAt(typed.text, typed.caret)
  const values = useValues(typing, isOpen)
  const found = isOpen ? suggestionsFor(typing, values) : []

  const close = (): void => {
    setOpen(false)
    setChosen(-1)
  }
  const search = (text: string): void => {
    close()
    change({ q: text.trim(), after: undefined, before: undefined })
  }
  const accept = (one: Suggestion): void => {
    const taken = take(typed.text, typing, one)
    setTyped(taken)
    setChosen(-1)
    setOpen(one.isField)
    // Once the line has its new text.
    setTimeout(() => input.current?.setSelectionRange(taken.caret, taken.caret))
  }
  const follow = ({ currentTarget }: TargetedInputEvent<HTMLInputElement>): void => {
    const { value, selectionStart } = currentTarget
    setTyped({ text: value, caret: selectionStart ?? value.length })
    setChosen(-1)
    setOpen(true)
  }
  const press = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    const { key, currentTarget } = event
    const one = found[chosen]
    if (key === 'Enter' && one !== undefined) accept(one)
    else if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (!isOpen) {
        setTyped({ text: typed.text, caret: currentTarget.selectionStart ?? typed.text.length })
        setOpen(true)
      }
      setChosen(next(chosen, key === 'ArrowDown' ? 1 : -1, found.length))
    } else if (key === 'Escape') {
      if (isOpen) close()
      else currentTarget.blur()
    } else return
    event.preventDefault()
  }
  return { text: typed.text, ...{ found, chosen, input, search, close, accept, follow, press } }
}

/** -1 is the line itself: from either end of the list one comes back to it. */
function next(chosen: number, step: 1 | -1, count: number): number {
  const places = count + 1
  return ((chosen + 1 + step + places) % places) - 1
}

interface SuggestionsProps {
  readonly found: readonly Suggestion[]
  readonly chosen: number
  readonly accept: (one: Suggestion) => void
}

function Suggestions({ found, chosen, accept }: SuggestionsProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const count = found.length === 1 ? '1 suggestion' : `${found.length} suggestions`
  return (
    <>
      <ul
        {...{ ref: list, id: LIST_ID, role: 'listbox', class: 'suggestions' }}
        aria-label="Suggestions"
        hidden={found.length === 0}
      >
        {found.map((one, at) => (
          <li
            key={one.text}
            {...{ id: idOf(at), role: 'option' }}
            aria-selected={at === chosen}
            // The focus stays in the line.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => accept(one)}
          >
            <bdi class="mono">{one.text}</bdi> <span class="muted">{one.about}</span>
          </li>
        ))}
      </ul>
      <span class="unseen" role="status">
        {found.length > 0 && count}
      </span>
    </>
  )
}
