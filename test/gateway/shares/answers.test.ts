import * as z from 'zod/mini'
import { expect, test } from 'vitest'
import * as answers from '../../../src/gateway/shares/answers.ts'
import { observed, TRACE } from '../observed.ts'
import { share, tellSecrets } from '../shares/secrets.ts'

test('links are answered as they are described, with no field beside', async () => {
  await using it = await observed()
  await tellSecrets(it)
  await share(it, { maxViews: 1 })
  const key = it.key(['admin'])
  const { shares } = (await it.ask('/api/v1/shares', { key })).json() as { shares: object[] }
  expect(z.strictObject(answers.share.shape).safeParse(shares[0]).error).toBeUndefined()
  const made = await it.ask('/api/v1/shares', {
    ...{ key, headers: { 'content-type': 'application/json' } },
    body: JSON.stringify({ trace: TRACE })
  })
  expect(z.strictObject(answers.newShare.shape).safeParse(made.json()).error).toBeUndefined()
})
