/** Sessions wait until the agent has heard who is a member, after a start; see `settling.ts`. */

import type { Connection, Stream } from '@libp2p/interface'
import type { OwnMembership } from './own-membership.ts'

type Handler = (stream: Stream, connection: Connection) => void

/** In an open network nothing waits. What comes over a stream meanwhile waits in it. */
export function whenSettled(
  membership: Pick<OwnMembership, 'settled'> | undefined,
  accept: Handler
): Handler {
  if (membership === undefined) return accept
  return (stream, connection) => {
    const wait = membership.settled(connection.remotePeer.toString())
    if (wait === undefined) {
      accept(stream, connection)
      return
    }
    void wait.then(() => {
      if (stream.status === 'open') accept(stream, connection)
    })
  }
}
