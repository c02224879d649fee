/** A workshop on the fixtures in `skills/`, and work for it. */

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../src/protocol/json.ts'
import { NO_USAGE } from '../../src/protocol/message/result.ts'
import type { Usage } from '../../src/protocol/message/result.ts'
import type { Budget, Priority } from '../../src/protocol/message/task.ts'
import type { Told } from '../../src/protocol/trace-step.ts'
import type { ToldContent } from '../../src/tasks/step-content.ts'
import type { HandOn, Outcome, SkillSource, Work, WorkLog, Workshop } from '../../src/tasks/work.ts'
import { createWorkshop } from '../../src/tasks/workshop.ts'
import type { WorkshopOptions } from '../../src/tasks/workshop.ts'

export const skillFile = (name: string): string =>
  fileURLToPath(new URL(`./skills/${name}.ts`, import.meta.url))

export interface Said {
  readonly level: string
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

export function recordingLog(): WorkLog & { readonly said: Said[] } {
  const said: Said[] = []
  const at = (level: string) => (facts: Readonly<Record<string, unknown>>, message: string) =>
    void said.push({ level, facts, message })
  return { said, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

type Init = Partial<WorkshopOptions> & { readonly level?: 'os' | 'process' }

export async function openShop(
  skills: readonly (string | SkillSource)[],
  { level, ...options }: Init = {}
): Promise<Workshop & { readonly said: Said[] }> {
  const log = recordingLog()
  const before = process.env['PEERWORK_SANDBOX']
  if (level === 'process') process.env['PEERWORK_SANDBOX'] = 'process'
  try {
    const sources = skills.map((skill) =>
      typeof skill === 'string' ? { file: skillFile(skill) } : skill
    )
    const shop = createWorkshop({
      skills: sources,
      capacity: 4,
      queue: 64,
      log,
      now: () => Date.now(),
      ...options
    })
    await shop.ready().catch(async (error: unknown) => {
      await shop[Symbol.asyncDispose]()
      throw error
    })
    return Object.assign(shop, { said: log.said })
  } finally {
    if (before === undefined) delete process.env['PEERWORK_SANDBOX']
    else process.env['PEERWORK_SANDBOX'] = before
  }
}

export interface Heard {
  readonly outcome: Promise<Outcome>
  readonly chunks: string[]
  readonly progress: { fraction?: number | undefined; message?: string | undefined }[]
  readonly told: Told[]
  readonly contents: ToldContent[]
  readonly handed: HandOn[]
  readonly started: { isolation: string; waitedMs: number }[]
}

interface Extra {
  readonly id?: string
  readonly from?: string
  readonly budget?: Partial<Budget>
  readonly priority?: Priority
  readonly contents?: boolean
  readonly signal?: AbortSignal
  readonly state?: JsonObject
  readonly chunk?: (bytes: Uint8Array) => Promise<void>
  readonly handOn?: (request: HandOn) => Promise<Uint8Array>
  readonly partUsage?: Usage
}

let count = 0

/** Take work to the shop; throws when it is refused. */
export function submit(shop: Workshop, skill: string, input: unknown, extra: Extra = {}): Heard {
  const heard = {
    chunks: [] as string[],
    progress: [] as Heard['progress'],
    told: [] as Told[],
    contents: [] as ToldContent[],
    handed: [] as HandOn[],
    started: [] as Heard['started']
  }
  const work: Work = {
    id: extra.id ?? (count++).toString(16).padStart(32, '0'),
    from: extra.from ?? 'peer-a',
    skill,
    input: Buffer.from(JSON.stringify(input)),
    budget: { wallMs: 10_000, depth: 2, ...extra.budget },
    traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
    signal: extra.signal ?? new AbortController().signal,
    ...(extra.state === undefined ? {} : { state: extra.state }),
    ...(extra.priority === undefined ? {} : { priority: extra.priority }),
    ...(extra.contents === undefined ? {} : { contents: extra.contents }),
    on: {
      started: (info) => void heard.started.push(info),
      progress: (body) => void heard.progress.push(body),
      tell(told, content) {
        heard.told.push(told)
        if (content !== undefined) heard.contents.push(content)
      },
      async chunk(bytes) {
        await extra.chunk?.(bytes)
        heard.chunks.push(Buffer.from(bytes).toString())
      },
      async handOn(request) {
        heard.handed.push(request)
        if (extra.handOn === undefined) throw new Error('nobody to hand on to')
        return { output: await extra.handOn(request), usage: extra.partUsage ?? NO_USAGE }
      }
    }
  }
  return { ...heard, outcome: shop.take(work).outcome }
}

/** What a completed outcome holds; throws for any other. */
export function valueOf(outcome: Outcome): unknown {
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome.error))
  return JSON.parse(Buffer.from(outcome.output).toString()) as unknown
}

export function errorOf(outcome: Outcome): { code: string; message: string; facts?: unknown } {
  if (outcome.status === 'completed') throw new Error('it completed')
  return outcome.error
}

/** Levels this machine can reach. In CI a missing bubblewrap is a failure, not a skip. */
export function levels(): readonly ('os' | 'process')[] {
  const folders = (process.env['PATH'] ?? '').split(':')
  const here = process.platform === 'linux' && folders.some((at) => existsSync(`${at}/bwrap`))
  if (!here && process.env['CI'] === 'true') throw new Error('CI needs bubblewrap installed')
  return here ? ['os', 'process'] : ['process']
}

/** Whether a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
