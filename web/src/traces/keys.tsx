/**
 * Keys of the list, and the dialog that tells them. They can be switched off, for those whose
 * speech or switches type letters unasked (WCAG 2.1.4).
 */

import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { SEARCH_ID } from '../search/box.tsx'

const KEPT = 'peerwork.keys'
const hasKeys = signal(localStorage.getItem(KEPT) !== 'off')

const KEYS: readonly (readonly [key: string, about: string])[] = [
  ['j', 'the next trace'],
  ['k', 'the trace before'],
  ['Enter', 'open it'],
  ['n', 'older traces'],
  ['p', 'newer traces'],
  ['/', 'to the search'],
  ['?', 'this help']
]

/** Follow the keys of the list, and the button that tells of them. */
export function Keys() {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (!hasKeys.value || event.defaultPrevented || isTyping(event)) return
      const does = event.key === '?' ? () => dialog.current?.showModal() : DOES[event.key]
      if (does === undefined) return
      event.preventDefault()
      does()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
  return (
    <>
      <button type="button" class="plain" onClick={() => dialog.current?.showModal()}>
        Keys
      </button>
      <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">Keys of this page</h2>
        <dl>
          {KEYS.map(([key, about]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
        <p>
          <label class="row">
            <input
              type="checkbox"
              checked={hasKeys.value}
              onChange={({ currentTarget }) => switchKeys(currentTarget.checked)}
            />
            Use these keys
          </label>
        </p>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  )
}

function switchKeys(isOn: boolean): void {
  hasKeys.value = isOn
  if (isOn) localStorage.removeItem(KEPT)
  else localStorage.setItem(KEPT, 'off')
}

const DOES: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  n: () => document.querySelector<HTMLElement>('.pager .older')?.click(),
  p: () => document.querySelector<HTMLElement>('.pager .newer')?.click(),
  '/': () => {
    const line = document.getElementById(SEARCH_ID)
    if (line instanceof HTMLInputElement) line.select()
  }
}

/** The focus goes from trace to trace, so that Enter opens, and a screen reader reads along. */
function step(by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>('.open-trace')]
  const at = all.findIndex((one) => one === document.activeElement)
  const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by
  all[to]?.focus()
}

function isTyping({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true
  if (document.querySelector('dialog[open]') !== null) return true
  if (!(target instanceof HTMLElement)) return false
  const isField = target instanceof HTMLInputElement && target.type !== 'checkbox'
  return isField || target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName)
}
