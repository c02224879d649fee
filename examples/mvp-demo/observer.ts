/** The observer has no part in the work; it hears of it from both sides, signed. */

import { act, say } from './actor.ts'

await act({}, async (agent) => {
  for await (const { from, event, missed } of agent.watch()) {
    const place = 'trace' in event ? { trace: event.trace, side: event.side } : undefined
    say({
      ...{ type: 'observed', from, event: event.type, missed },
      ...(place ?? { trace: null, side: null })
    })
  }
})
