/**
 * Two agents that are there for a while, and one of them works: `visitor.ts <bootstrap address>
 * <skill file>`. SIGTERM ends them well.
 */

import { createAgent } from 'peerwork'

const [address = '', skill = ''] = process.argv.slice(2)
const open = { preset: 'loopback', network: 'soak', open: true } as const
const init = { ...open, bootstrap: [address] }
const agents = await Promise.all([
  createAgent({ ...init, skills: [skill], capacity: 1 }),
  createAgent({ ...init })
])
process.once('SIGTERM', () => {
  void Promise.all(agents.map((agent) => agent.stop())).then(() => process.exit(0))
})
process.once('disconnect', () => process.exit(0))
process.send?.('here')
