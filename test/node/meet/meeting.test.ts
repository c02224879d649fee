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
