/** Tracers against a real observer, and what it knows of a trace, read back over its API. */

import { onTestFinished } from 'vitest'
import { createTracer } from '../../src/trace/tracer.ts'
import type { Tracer, TracerOptions } from '../../src/trace/tracer.ts'
import { observed } from '../gateway/observed.ts'
import type { Observed } from '../gateway/observed.ts'

export interface Node {
  readonly span: string
  readonly kind: string
  readonly name: string
  readonly agent: string | null
  readonly status: string
  readonly error: string | null
  readonly tokens: number
  readonly cost: number | null
  readonly children: readonly Node[]
}

export interface Root extends Node {
  readonly trace: string
}

export interface Traced {
  readonly it: Observed
  readonly tracer: Tracer
  readonly losses: string[]
  readonly get: (path: string) => Promise<Record<string, never>>
  /** The trees of all traces. */
  trees(): Promise<readonly Root[]>
  /** All that the store has of a span. */
  span(trace: string, span: string): Promise<Record<string, unknown>>
  /** Everything that an observer would show of one trace, as text. */
  everything(trace: string): Promise<string>
}

export async function traced(options: Partial<TracerOptions> = {}): Promise<Traced> {
  const it = await observed()
  onTestFinished(() => it[Symbol.asyncDispose]())
  const losses: string[] = []
  const tracer = createTracer({
    ...{ url: it.url, key: it.key(['ingest']), agent: 'planner' },
    onLoss: (lines, why) => void losses.push(`${lines}: ${why}`),
    ...options
  })
  onTestFinished(() => tracer.close())
  const key = it.key(['read'])
  const get = async (path: string) => {
    const answer = await it.ask(path, { key })
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`)
    return answer.json() as Record<string, never>
  }
  return {
    ...{ it, tracer, losses, get },
    async trees() {
      await tracer.flush()
      const { items } = (await get('/api/v1/traces?order=oldest')) as unknown as {
        items: readonly { trace: string }[]
      }
      const views = items.map(async ({ trace }) => {
        const { topology } = await get(`/api/v1/traces/${trace}`)
        const { roots } = topology as unknown as { roots: readonly Node[] }
        return roots.map((root) => ({ ...root, trace }))
      })
      return (await Promise.all(views)).flat()
    },
    async span(trace, span) {
      await tracer.flush()
      const { versions } = (await get(`/api/v1/traces/${trace}/spans/${span}`)) as unknown as {
        versions: readonly Record<string, unknown>[]
      }
      return versions[0] ?? {}
    },
    async everything(trace) {
      await tracer.flush()
      const { items } = (await get(`/api/v1/traces/${trace}/spans`)) as unknown as {
        items: readonly { span: string }[]
      }
      const paths = ['', '/handoffs', '/state', ...items.map(({ span }) => `/spans/${span}`)]
      const answers = await Promise.all(paths.map((path) => get(`/api/v1/traces/${trace}${path}`)))
      return JSON.stringify(answers)
    }
  }
}

/** `name [status] (children)`, so that a test reads as a tree. */
export const shape = ({ name, status, children }: Node): string =>
  `${name} ${status}${children.length === 0 ? '' : ` (${children.map(shape).join(', ')})`}`
