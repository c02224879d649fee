/** The values that the observer knows of a field, while one is typed. */

import { useEffect, useState } from 'preact/hooks'
import { get } from '../api.ts'
import type { Typing } from './suggest.ts'

/** After the last key, ms: not each letter is a question. */
const REST_MS = 120
/** As long as the API lets a prefix be, characters. */
const PREFIX_MAX = 256

/** Empty until they are there: suggestions are a help, and nothing waits for them. */
export function useValues({ field, word }: Typing, isOpen: boolean): readonly string[] {
  const [known, setKnown] = useState<{ of: string; values: readonly string[] }>()
  const of = field?.isListed === true && isOpen ? field.name : undefined
  const prefix = word.slice(0, PREFIX_MAX)
  useEffect(() => {
    if (of === undefined) return undefined
    const leaving = new AbortController()
    const timer = setTimeout(() => {
      get<{ values: readonly string[] }>(`/api/v1/values/${of}`, { prefix }, leaving.signal).then(
        ({ values }) => setKnown({ of, values }),
        () => undefined
      )
    }, REST_MS)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [of, prefix])
  return known !== undefined && known.of === of ? known.values : []
}
