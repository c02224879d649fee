/** What a sampling profile says of a stretch of time. */

import { basename } from 'node:path'

/** V8's format, as `--cpu-prof` writes it; only the fields used. */
export interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  /** µs between samples. */
  readonly timeDeltas: readonly number[]
  /** µs by the clock of `process.hrtime`. */
  readonly startTime: number
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { functionName: string; url: string; lineNumber: number }
  readonly children?: readonly number[]
}

/** µs by function or place, without idle time. */
export interface Times {
  readonly self: ReadonlyMap<string, number>
  /** Self time by file of ours, by package, or `node` for what is neither. */
  readonly places: ReadonlyMap<string, number>
  /** Functions of `src` with all they call, recursion counted once. */
  readonly inclusive: ReadonlyMap<string, number>
}

export function timesOf(profile: Profile, within: { beganUs: number; endedUs: number }): Times {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const parents = new Map<number, number>()
  for (const { id, children = [] } of profile.nodes) {
    for (const child of children) parents.set(child, id)
  }
  const self = new Map<string, number>()
  const places = new Map<string, number>()
  const inclusive = new Map<string, number>()
  for (const [id, us] of sampleTimes(profile, within)) {
    const node = nodes.get(id)
    if (node === undefined || node.callFrame.functionName === '(idle)') continue
    add(self, nameOf(node), us)
    add(places, placeOf(node), us)
    const stack = new Set<string>()
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const caller = nodes.get(at)
      if (caller?.callFrame.url.includes('/src/') === true && isOurs(caller)) {
        stack.add(nameOf(caller))
      }
    }
    for (const name of stack) add(inclusive, name, us)
  }
  return { self, places, inclusive }
}

/** µs by node: each sample lasts until the next. */
function sampleTimes(
  { samples, timeDeltas, startTime }: Profile,
  { beganUs, endedUs }: { beganUs: number; endedUs: number }
): ReadonlyMap<number, number> {
  const times = new Map<number, number>()
  let at = startTime
  samples.forEach((id, index) => {
    at += timeDeltas[index] ?? 0
    if (at < beganUs || at > endedUs) return
    times.set(id, (times.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0))
  })
  return times
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const where = url === '' ? '' : ` ${basename(url)}:${lineNumber + 1}`
  return `${functionName === '' ? '(anonymous)' : functionName}${where}`
}

function placeOf(node: ProfileNode): string {
  const { url } = node.callFrame
  const [, name] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*\/node_modules\/)/.exec(url) ?? []
  if (name !== undefined) return name
  return isOurs(node) ? url.split('/').slice(-2).join('/') : 'node'
}

const isOurs = ({ callFrame: { url } }: ProfileNode): boolean =>
  url.startsWith('file:') && !url.includes('/node_modules/')

function add(times: Map<string, number>, key: string, us: number): void {
  times.set(key, (times.get(key) ?? 0) + us)
}
