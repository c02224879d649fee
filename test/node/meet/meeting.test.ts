import { test } from 'vitest'
import { PEERS_WANTED } from '../../../src/node/meet/reserve.ts'
import { Stage, until } from '../../helpers/processes.ts'

test('up to the wanted number of peers and itself, everybody knows everybody', async () => {
  await using stage = new Stage()
  const guide = await stage.inside({ name: 'guide' })
  const init = { bootstrap: [guide.addresses[0] ?? ''] }
  const others = await Promise.all(Array.from({ length: PEERS_WANTED }, () => stage.inside(init)))
  for (const agent of [guide, ...others]) {
    const all = async () => (await agent.peers()).length === PEERS_WANTED
    await until(`${agent.name} knows all`, all, 20_000)
  }
})

test('who collects the logs of others meets everybody, later ones too', async () => {
  await using stage = new Stage()
  const guide = await stage.inside({ name: 'guide' })
  const init = { bootstrap: [guide.addresses[0] ?? ''] }
  const crowd = 2 * PEERS_WANTED
  await Promise.all(Array.from({ length: crowd }, () => stage.inside(init)))
  const observer = await stage.inside({ ...init, name: 'observer' })
  const company = async (): Promise<number> => (await observer.peers()).length
  const { traces } = observer
  const stop = traces.share({ held: async () => [], batches: async () => [] })
  await until('the observer knows all', async () => (await company()) === crowd + 1, 20_000)
  await stage.inside(init)
  await until('and one who comes later', async () => (await company()) === crowd + 2, 30_000)
  stop()
}, 60_000)
