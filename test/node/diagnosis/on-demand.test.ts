import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/node/clock.ts'
import { Counters } from '../../../src/node/counters.ts'
import { DiagnosisOnDemand } from '../../../src/node/diagnosis/on-demand.ts'
import { Observed } from '../../../src/node/diagnosis/observed.ts'
import { INFO, PEER } from '../control-double.ts'

const BEGUN = 'this agent has only just begun to look around'

function onDemand(peers: readonly (typeof PEER)[]): DiagnosisOnDemand {
  const made = new DiagnosisOnDemand({
    ...{ clock: systemClock, id: INFO.id, network: 'lab', home: undefined, mdns: false },
    ...{ bootstrap: [], listen: [], queueMax: 4, stopping: () => false, shortLived: false },
    ...{ observed: new Observed(systemClock, new Counters()), info: () => Promise.resolve(INFO) },
    ...{ peers: () => peers, links: () => [], unreached: () => [], ports: () => [] },
    look: () => Promise.resolve([])
  })
  onTestFinished(() => made.stop())
  return made
}

test('an agent that is alone knows why after a moment', async () => {
  const made = onDemand([])
  made.start()
  expect(made.whyAlone()).toBe(BEGUN)
  await expect.poll(() => made.whyAlone()).toMatch(/^mDNS is off/)
})

test('with peers nothing is loaded until somebody asks', async () => {
  const made = onDemand([PEER])
  made.start()
  await new Promise((resolve) => setTimeout(resolve, 600))
  expect(made.whyAlone()).toBe(BEGUN)
  expect((await made.status()).peers).toBe(1)
  expect(made.whyAlone()).not.toBe(BEGUN)
})

test('two questions at once are answered by one diagnosis', async () => {
  const made = onDemand([PEER])
  const [status, doctor] = await Promise.all([made.status(), made.doctor()])
  expect(status.info).toEqual(doctor.info)
})
