import { expect, test } from 'vitest'
import { Counters } from '../../../src/node/counters.ts'
import { serveAgentMetrics } from '../../../src/node/diagnosis/agent-metrics.ts'
import { STATUS } from '../control-double.ts'

test('every scrape asks the agent anew, and shows what was counted since', async () => {
  const counters = new Counters()
  let peers = 0
  await using server = await serveAgentMetrics({
    ...{ port: 0, counters, observed: { clocks: [] }, log: { warn: () => undefined } },
    status: () => Promise.resolve({ ...STATUS, peers: ++peers })
  })
  const scrape = async (): Promise<string> => (await fetch(`${server.url}/metrics`)).text()
  expect(await scrape()).toContain('\npeerwork_peers 1\n')
  counters.count('probes_refused', { code: 'BUSY' })
  const second = await scrape()
  expect(second).toContain('\npeerwork_peers 2\n')
  expect(second).toContain('\npeerwork_probes_refused_total{code="BUSY"} 1\n')
})
