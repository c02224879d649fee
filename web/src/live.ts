/**
 * What is new, from the observer's event stream.
 *
 * Who is too slow, or was away, is told nothing of what it missed: then the view loads anew.
 */

import { signal } from '@preact/signals'
import type { Fact, Handoff, Span } from './types.ts'

export interface News {
  readonly traces: readonly string[]
  readonly spans: readonly Span[]
  readonly handoffs: readonly Handoff[]
  readonly facts: readonly Fact[]
  /** What came as well and is not told, count: load. */
  readonly more: number
}

export interface LiveListener {
  news(news: News): void
  /** Something may have been missed. */
  missed(): void
  alert?(told: { readonly event: string }): void
}

/** Grows with every alert that a view heard of, whichever view it was. */
export const alertNews = signal(0)

/** Whether the stream is open, for the light in the head of the page. */
export const isLive = signal(false)
/** Whether this view listens at all: where it does not, it has nothing to be live with. */
export const isListening = signal(false)

/** @param trace only what is about this one @returns how to stop */
export function listen(listener: LiveListener, trace?: string): () => void {
  const where = trace === undefined ? '' : `?trace=${trace}`
  const source = new EventSource(`/api/v1/live${where}`)
  let interrupted = false
  isListening.value = true
  source.addEventListener('open', () => {
    isLive.value = true
    if (interrupted) listener.missed()
    interrupted = false
  })
  source.addEventListener('error', () => {
    isLive.value = false
    interrupted = true
  })
  source.addEventListener('behind', () => {
    interrupted = true
  })
  source.addEventListener('new', ({ data }: MessageEvent<string>) => {
    const news = JSON.parse(data) as News
    listener.news(news)
    if (news.more > 0) listener.missed()
  })
  source.addEventListener('alert', ({ data }: MessageEvent<string>) => {
    alertNews.value++
    listener.alert?.(JSON.parse(data) as { event: string })
  })
  return () => {
    isLive.value = false
    isListening.value = false
    source.close()
  }
}
