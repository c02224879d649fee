/**
 * Strangers that come one after the other and go at once: `crowd.ts <bootstrap address>`. What an
 * agent remembers of others is full behind them, and what it loads when it knows many is loaded, so
 * that neither looks like growth later. Ends by itself.
 */

import { createAgent } from 'peerwork'

/** More than the records of peers that the host keeps, count. */
const STRANGERS = 300
const AT_ONCE = 6
/** Agents that are watched, count: a stranger stays until it has met them. */
const WATCHED = 2
const LOOKS_MAX = 100

const [address = ''] = process.argv.slice(2)
const init = { preset: 'loopback', network: 'soak', open: true, bootstrap: [address] } as const
let left = STRANGERS
const one = async (): Promise<void> => {
  while (left-- > 0) {
    const agent = await createAgent(init)
    for (let look = 0; look < LOOKS_MAX && (await agent.peers()).length < WATCHED; look++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await agent.stop({ graceMs: 0 })
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, one))
process.exit(0)
