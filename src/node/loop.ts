/**
 * Work that goes in a circle: an agent is asked for what it waits for or works on already.
 *
 * Each task signs the tasks above it, so whoever gets it can see the circle before it closes. Two
 * tasks are the same work when skill and input are the same. Handing the same work on to somebody
 * new is no circle: that is what an agent does that only passes work along.
 */

import { sameBytes } from '../protocol/canonical.ts'
import { DEPTH_LEFT_MAX } from '../protocol/constants.ts'
import { PeerworkError } from '../protocol/errors.ts'
import type { Hop, Task } from '../protocol/message/task.ts'

type Asked = Pick<Task, 'from' | 'skill' | 'input' | 'path'>

/** The path of the parts of a task: its own, and the task itself. */
export function below({ from, skill, input, path = [] }: Asked): readonly Hop[] {
  return [...path, { from, skill, input: input.digest }].slice(-DEPTH_LEFT_MAX)
}

/**
 * Whether `agent` asked for this work, or was asked for it, further up.
 *
 * @param path tasks above the one that `from` asks `agent` for
 */
export function closesLoop(path: readonly Hop[], asked: Hop, agent: string): boolean {
  return path.some((hop, at) => {
    if (hop.skill !== asked.skill || !sameBytes(hop.input, asked.input)) return false
    const executor = path[at + 1]?.from ?? asked.from
    return hop.from === agent || executor === agent
  })
}

/** @throws PeerworkError `LOOP` when this agent is at the same work further up */
export function refuseLoop({ path, from, skill, input }: Asked, agent: string): void {
  if (path === undefined) return
  const asked = { from, skill, input: input.digest }
  if (closesLoop(path, asked, agent)) throw loopError(path, asked, agent)
}

/** The circle, as the agents on it pass the work on. */
export function loopError(path: readonly Hop[], asked: Hop, agent: string): PeerworkError {
  const way = [...path.map((hop) => hop.from), asked.from, agent]
  const message = `the same "${asked.skill}" went in a circle: ${way.join(' → ')}`
  const short = way.map((id) => id.slice(-8)).join(' ')
  return new PeerworkError('LOOP', message, { skill: asked.skill, path: short })
}
