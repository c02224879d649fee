import { expect, test } from 'vitest'
import { peerwork, temporary } from '../harness.ts'

test('a link is printed also before the observer runs, and for how long it works', async () => {
  const env = { XDG_DATA_HOME: temporary('data') }
  const { code, out, err } = await peerwork(['observe', 'sign-in'], { env })
  expect(code).toBe(0)
  expect(out).toMatch(/^http:\/\/127\.0\.0\.1:4319\/sign-in\?ticket=[\w-]{43}\n$/)
  expect(err).toContain('once, within 15 minutes')
  const told = await peerwork(['observe', 'sign-in', '--json'], { env })
  expect(told.json()).toMatchObject({ url: expect.stringContaining('/sign-in?ticket=') as string })
  expect((await peerwork(['observe', 'sign-in', 'now'], { env })).code).toBe(2)
})
