/**
 * Where the user is: path and query of the address, as signals. Every state of a view stands in the
 * address, so that a link shows what its sender saw, and the back button undoes a step.
 */

import { computed, signal } from '@preact/signals'

const address = signal(read())

function read(): URL {
  return new URL(location.href)
}

export const path = computed(() => address.value.pathname)
export const query = computed(() => address.value.searchParams)

let isBack = false
/** Whether one came here by the back or forward button: then the view stands as it was left. */
export const cameBack = (): boolean => isBack

addEventListener('popstate', () => {
  isBack = true
  address.value = read()
})

/** Go to another view, as a step that the back button undoes. */
export function go(to: string): void {
  if (to === address.value.pathname + address.value.search) return
  history.pushState(null, '', to)
  isBack = false
  address.value = read()
  scrollTo(0, 0)
  // Who goes by keyboard or screen reader begins at the top of the view, not where the link stood.
  document.getElementById('main')?.focus({ preventScroll: true })
}

type Changes = Readonly<Record<string, string | undefined>>

/** The address with other parameters; `undefined` and empty leave one out. */
export function withQuery(changes: Changes): string {
  const next = new URLSearchParams(query.value)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === '') next.delete(name)
    else next.set(name, value)
  }
  const text = next.toString()
  return path.value + (text === '' ? '' : `?${text}`)
}

/**
 * Change parameters of the view.
 *
 * @param how `step`: the back button undoes it, for what was chosen. `replace`: it does not, for
 *   what changes all the time, as a position
 */
export function change(changes: Changes, how: 'step' | 'replace' = 'step'): void {
  const to = withQuery(changes)
  if (to === address.value.pathname + address.value.search) return
  if (how === 'step') history.pushState(null, '', to)
  else history.replaceState(null, '', to)
  isBack = false
  address.value = read()
}

/** The parts of a path that fits a pattern such as `/trace/:trace`. */
export function matches(pattern: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/')
  const given = path.value.split('/')
  if (wanted.length !== given.length) return undefined
  const found: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const here = given[at] ?? ''
    const value = part.startsWith(':') ? decoded(here) : undefined
    if (value !== undefined) found[part.slice(1)] = value
    else if (part !== here) return undefined
  }
  return found
}

/** Nothing where it is not UTF-8, as `%E0`: nobody made such a link from a name. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}
