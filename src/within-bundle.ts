/**
 * Peerwork's front door for bundlers, which ask a package for its condition `module`.
 *
 * What is no agent goes into their bundle as it is: a skill that was bundled with what it imports
 * finds nothing else in its sandbox. An agent is many files, with programs for processes of their
 * own, and stays where it is installed.
 */

import type * as Peerwork from './index.ts'

export { ERRORS, PeerworkError } from './protocol/errors.ts'
export { toDsse } from './protocol/dsse.ts'
export { TaskFailure } from './node/task-failure.ts'
export { defineSkill } from './tasks/skill.ts'

/** By a name that bundlers do not follow: they would come back here. */
const INSTALLED = ['peerwork'].join('')

export const createAgent: typeof Peerwork.createAgent = async (init) => {
  const found: unknown = await import(INSTALLED)
  return (found as typeof Peerwork).createAgent(init)
}
