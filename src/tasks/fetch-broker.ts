/** HTTP requests of a sandboxed skill, carried out by the agent within what the skill declares. */

import { PeerworkError } from '../protocol/errors.ts'
import type { TaskMessage, ToRunner } from './sandbox-messages.ts'

export interface TaskFetch {
  /** A message about a request. @throws PeerworkError `MALFORMED` when it breaks the rules */
  take(message: TaskMessage, payload: Uint8Array): void
  /** End what is open: the task is over. */
  close(): void
}

type Send = (message: ToRunner, payload?: Uint8Array) => void

export function createTaskFetch(send: Send): TaskFetch {
  return {
    take(message) {
      if (message.type !== 'fetch') return
      const { task, call } = message
      const error = new PeerworkError('HOST_DENIED', 'no hosts')
      send({ type: 'fetch-failed', task, call, error: error.toJSON() })
    },
    close: () => undefined
  }
}
