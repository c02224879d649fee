/** What stands in the attributes of a span, asked for when its line comes into sight. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'
import { get } from '../../api.ts'
import type { Span, SpanDetail } from '../../types.ts'
import { saidIn } from './words.ts'
import type { Said } from './words.ts'

/** Questions at once, count: the observer answers others too. */
const ASKING_MAX = 2
/** Answers that are kept, count. */
const KEPT_MAX = 500

const kept = new Map<string, readonly Said[]>()
let asking = 0
const waiting: (() => void)[] = []

interface Seen {
  readonly said: readonly Said[]
  readonly box: RefObject<HTMLDivElement | null>
}

/** Only what came with a key has its words in attributes: agents seal theirs as contents. */
export function useSaid(span: Span): Seen {
  const box = useRef<HTMLDivElement>(null)
  const key = `${span.trace}/${span.span}/${span.source.by}/${span.endUs ?? ''}`
  const [said, setSaid] = useState(kept.get(key) ?? [])
  useEffect(() => {
    const { current } = box
    if (current === null || span.source.kind === 'agent' || kept.has(key)) return
    const leaving = new AbortController()
    const watch = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting !== true) return
        watch.disconnect()
        void ask(span, leaving.signal).then((found) => {
          if (found === undefined) return
          keep(key, found)
          setSaid(found)
        })
      },
      { rootMargin: '300px' }
    )
    watch.observe(current)
    return () => {
      leaving.abort()
      watch.disconnect()
    }
  }, [key])
  return { said, box }
}

function keep(key: string, said: readonly Said[]): void {
  kept.set(key, said)
  const [oldest] = kept.keys()
  if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest)
}

/** @returns undefined when it could not be had: the line says all else without it */
async function ask(span: Span, signal: AbortSignal): Promise<readonly Said[] | undefined> {
  if (asking >= ASKING_MAX) await new Promise<void>((resolve) => waiting.push(resolve))
  asking++
  try {
    if (signal.aborted) return undefined
    const path = `/api/v1/traces/${span.trace}/spans/${span.span}`
    const { versions } = await get<SpanDetail>(path, {}, signal)
    const own = versions.find(({ source }) => source.by === span.source.by)
    return saidIn(own?.attributes ?? {})
  } catch {
    return undefined
  } finally {
    asking--
    waiting.shift()?.()
  }
}
