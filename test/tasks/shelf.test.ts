import { copyFileSync, utimesSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { below } from '../helpers/processes.ts'
import { openShop, skillFile, submit, valueOf } from './shop.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerwork-shelf-'))
})
afterAll(() => rm(folder, { recursive: true }))

const named = (names: readonly string[]) => names.map((name) => ({ file: skillFile(name) }))
type Shop = Awaited<ReturnType<typeof openShop>>
const offered = (shop: Shop) => shop.offers().map(({ name }) => name)
const runners = () => below(process.pid).length

it('offers other skills from now on, and refuses those that are gone', async () => {
  await using shop = await openShop(['echo'])
  await shop.change(named(['slow', 'echo']))
  expect(offered(shop)).toEqual(['slow', 'echo'])
  expect(valueOf(await submit(shop, 'slow', { ms: 1 }).outcome)).toBe('waited 1')
  await shop.change(named(['slow']))
  expect(() => submit(shop, 'echo', { text: 'x' })).toThrow(/offers no skill named echo/)
})

it('keeps the runners of a skill that stays, and ends those of one that goes', async () => {
  await using shop = await openShop(['echo', 'slow'], { level: 'process' })
  const before = below(process.pid)
  await shop.change(named(['echo']))
  await expect.poll(runners, { timeout: 5000 }).toBe(before.length - 1)
  for (const pid of below(process.pid)) expect(before).toContain(pid)
})

it('lets a task end with the skill it was taken for, queued ones too', async () => {
  await using shop = await openShop(['slow'], { capacity: 1, level: 'process' })
  const first = submit(shop, 'slow', { ms: 300 })
  const second = submit(shop, 'slow', { ms: 10 })
  await shop.change(named(['echo']))
  expect(offered(shop)).toEqual(['echo'])
  expect(valueOf(await first.outcome)).toBe('waited 300')
  expect(valueOf(await second.outcome)).toBe('waited 10')
  await expect.poll(runners, { timeout: 5000 }).toBe(1)
})

it('changes nothing when one of the new skills cannot be loaded', async () => {
  await using shop = await openShop(['echo'], { level: 'process' })
  const before = runners()
  const throwing = join(folder, 'throws.ts')
  writeFileSync(throwing, 'throw new Error("not today")')
  const wrong = shop.change([...named(['echo', 'slow']), { file: throwing }])
  await expect(wrong).rejects.toMatchObject({ code: 'SKILL_LOAD_FAILED' })
  const missing = shop.change([...named(['echo']), { file: '/nowhere.ts' }])
  await expect(missing).rejects.toMatchObject({ code: 'BAD_OPTION' })
  const twice = shop.change([...named(['echo', 'echo'])])
  await expect(twice).rejects.toMatchObject({ code: 'SKILL_DUPLICATE' })
  expect(offered(shop)).toEqual(['echo'])
  expect(valueOf(await submit(shop, 'echo', { text: 'still' }).outcome)).toBe('still')
  await expect.poll(runners, { timeout: 5000 }).toBe(before)
})

it('loads a skill anew when its file changed, or its configuration', async () => {
  const file = join(folder, 'echo.ts')
  copyFileSync(skillFile('echo'), file)
  await using shop = await openShop([{ file }], { level: 'process' })
  const [before] = below(process.pid)
  await shop.change([{ file }])
  expect(below(process.pid)).toEqual([before])
  utimesSync(file, new Date(), new Date(Date.now() + 5000))
  await shop.change([{ file }])
  await expect.poll(() => below(process.pid).includes(before ?? 0), { timeout: 5000 }).toBe(false)
  expect(valueOf(await submit(shop, 'echo', { text: 'new' }).outcome)).toBe('new')
})
