import { expect, test } from 'vitest'
import { PROFILES } from '../../../src/gateway/shares/share.ts'
import { shownRun } from '../../../src/gateway/shares/shown.ts'
import type { ShownRun } from '../../../src/gateway/shares/shown.ts'
import { observed, TRACE } from '../observed.ts'
import { PEER_ID, SECRET, SECRETS, share, SPANS, TASK, tellSecrets, TOKEN } from './secrets.ts'

/** What each profile may tell, of all the secrets. */
const TELLS = {
  shape: [],
  names: [SECRET.name, SECRET.agent],
  'full-metadata': [
    ...[SECRET.name, SECRET.agent, SECRET.skill, SECRET.model, SECRET.tool, SECRET.code],
    ...[SECRET.message, SECRET.allowed]
  ]
} as const

test.each(PROFILES)(
  'of a trace full of secrets, %s tells what it may and no more',
  async (profile) => {
    await using it = await observed()
    await tellSecrets(it)
    const { path } = await share(it, { profile })
    const key = it.key(['admin'])
    const data = await it.ask(`${path}?as=json`)
    const page = await it.ask(path)
    const card = await it.ask(`${path}/card.png`)
    const preview = await it.ask(`/api/v1/traces/${TRACE}/preview?profile=${profile}`, { key })
    const file = await it.ask(`/api/v1/traces/${TRACE}/file?profile=${profile}`, { key })
    const all = [data, page, card, preview, file]
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    const told = (text: string): string[] => SECRETS.filter((one) => text.includes(one))
    expect(told(data.text)).toEqual(TELLS[profile])
    expect(preview.text).toBe(data.text)
    expect(told(file.text)).toEqual(TELLS[profile])
    for (const { text, headers } of [page, card]) {
      expect(told(text + JSON.stringify(headers))).toEqual([])
    }
    const never = [TRACE, TASK, PEER_ID, PEER_ID.slice(8, 20), TOKEN, ...SPANS]
    for (const { text } of all) expect(never.filter((one) => text.includes(one))).toEqual([])
  }
)

test('agents without a name are letters, and those of shape all', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const lanes = async (profile: string): Promise<string[]> => {
    const { path } = await share(it, { profile })
    const run = (await it.ask(`${path}?as=json`)).json() as unknown as ShownRun
    return run.lanes.map(({ name }) => name)
  }
  expect(await lanes('shape')).toEqual(['Agent A', 'Agent B', 'Agent C'])
  expect(await lanes('names')).toEqual([SECRET.agent, 'Agent B', 'Agent C'])
})

test('a field that is not on the list is refused, at every depth', async () => {
  await using it = await observed()
  await tellSecrets(it)
  const { path } = await share(it, { profile: 'full-metadata' })
  const run = (await it.ask(`${path}?as=json`)).json() as unknown as ShownRun
  expect(shownRun.safeParse(run).success).toBe(true)
  const [first, ...rest] = run.spans
  const [lane] = run.lanes
  const wrong = [
    { ...run, contents: 'x' },
    { ...run, lanes: [{ ...lane, id: 'x' }] },
    { ...run, spans: [{ ...first, input: 'x' }, ...rest] },
    { ...run, spans: [{ ...first, error: { code: 'x', message: 'x', stack: 'x' } }] },
    { ...run, spans: [{ ...first, attributes: { 'gen_ai.prompt': 'x' } }] },
    { ...run, spans: [{ ...first, name: 'x'.repeat(301) }] }
  ]
  for (const one of wrong) expect(shownRun.safeParse(one).success).toBe(false)
})
