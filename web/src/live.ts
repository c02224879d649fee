/**
 * What is new, from the observer's event stream.
 *
 * Who is too slow, or was away, is told nothing of what it missed: then the view loads anew. A page
 * that nobody sees is away: browsers open six connections to one server (HTTP/1.1), over all tabs,
 * and a stream in each of six tabs would leave none for anything else.
 */

import { signal } from '@preact/signals'
import type { Fact, Handoff, Span } from './types.ts'

/** After a stream was refused, ms: a browser takes up by itself only one that broke off. */
export const REFUSED_MS = 10_000

/** Of each kind as many are told of one message, count: of one with fewer none were left out. */
export const TOLD_MAX = 500

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
  /** Something may have been missed. @param of what left some out; anything unless given */
  missed(of?: News): void
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
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let interrupted = false
  const cut = (): void => {
    isLive.value = false
    interrupted = true
  }
  const open = (): void => {
    const stream = new EventSource(`/api/v1/live${where}`)
    source = stream
    stream.addEventListener('open', () => {
      isLive.value = true
      if (interrupted) listener.missed()
      interrupted = false
    })
    stream.addEventListener('error', () => {
      cut()
      if (stream.readyState === EventSource.CLOSED) timer = setTimeout(open, REFUSED_MS)
    })
    stream.addEventListener('behind', () => {
      interrupted = true
    })
    hear(stream, listener)
  }
  const close = (): void => {
    cut()
    clearTimeout(timer)
    source?.close()
  }
  const seen = (): void => {
    close()
    if (!document.hidden) open()
  }
  isListening.value = true
  document.addEventListener('visibilitychange', seen)
  if (document.hidden) cut()
  else open()
  return () => {
    document.removeEventListener('visibilitychange', seen)
    close()
    isListening.value = false
  }
}

function hear(stream: EventSource, listener: LiveListener): void {
  stream.addEventListener('new', ({ data }: MessageEvent<string>) => {
    const news = JSON.parse(data) as News
    listener.news(news)
    if (news.more > 0) listener.missed(news)
  })
  stream.addEventListener('alert', ({ data }: MessageEvent<string>) => {
    alertNews.value++
    listener.alert?.(JSON.parse(data) as { event: string })
  })
}
