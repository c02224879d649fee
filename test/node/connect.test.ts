import { expect, test } from 'vitest'
import { connectTo } from '../../src/node/connect.ts'
import { Peers } from '../../src/node/peers.ts'

const refuse = () => Promise.reject(new Error('nobody is there'))

test('what is no address is not dialled', async () => {
  const connecting = { peers: new Peers(), dial: refuse, refusalOf: () => undefined }
  await expect(connectTo('over there', connecting)).rejects.toMatchObject({ code: 'BAD_ADDRESS' })
})

test('an address where nobody answers is named', async () => {
  const connecting = { peers: new Peers(), dial: refuse, refusalOf: () => undefined }
  await expect(connectTo('/ip4/127.0.0.1/tcp/9', connecting)).rejects.toMatchObject({
    code: 'DIAL_FAILED',
    message: expect.stringContaining('/ip4/127.0.0.1/tcp/9: nobody is there') as string
  })
})
