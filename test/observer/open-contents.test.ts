import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DROPPED_FILE, openContents } from '../../src/observer/open-contents.ts'
import { ALICE, TRACE } from '../node/control-double.ts'
import { KEY, logOf, told } from './content-samples.ts'

const clock = { elapsed: () => 0 }
const OTHER = 'ab'.repeat(16)

function temporary(): string {
  const dir = mkdtempSync(join(tmpdir(), 'peerwork-contents-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** What an observer that starts now says of a part told in this trace. */
async function stateOf(dir: string, trace: string): Promise<string | undefined> {
  const contents = openContents(dir, clock)
  const part = { trace, span: '00000000000000bb', task: TRACE, of: 'input', part: 0, parts: 1 }
  const body = { ...part, nonce: 'A'.repeat(16), data: 'A'.repeat(40) }
  const source = { kind: 'agent' as const, by: ALICE }
  const fact = { id: '1', source, atUs: 1, type: 'content.part', body }
  const [content] = await contents.read([fact], new AbortController().signal)
  return content?.state
}

test('what was dropped stays dropped over starts, whatever else is in the file', async () => {
  const dir = temporary()
  expect(await stateOf(dir, TRACE)).toBe('away')
  openContents(dir, clock).forget(TRACE)
  expect(await stateOf(dir, TRACE)).toBe('dropped')
  expect(await stateOf(dir, OTHER)).toBe('away')
  const path = join(dir, DROPPED_FILE)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  writeFileSync(path, `${readFileSync(path, 'utf8')}nonsense\n\n${OTHER}`)
  expect(await stateOf(dir, OTHER)).toBe('dropped')
  expect(await stateOf(dir, TRACE)).toBe('dropped')
})

test('what cannot be written down is not dropped in memory either, and that is said', async () => {
  const dir = temporary()
  const contents = openContents(dir, clock)
  contents.join({ contentKey: () => Promise.resolve(KEY.slice()) })
  const facts = logOf(told(1, 'a secret')).flatMap((parts) => parts.facts)
  const { signal } = new AbortController()
  const state = async () => (await contents.read(facts, signal))[0]?.state
  expect(await state()).toBe('shown')
  mkdirSync(join(dir, DROPPED_FILE))
  const failed = { code: 'STORE_FAILED', message: expect.stringContaining('no key was dropped') }
  expect(() => contents.forget(TRACE)).toThrow(expect.objectContaining(failed) as Error)
  expect(await state()).toBe('shown')
  rmdirSync(join(dir, DROPPED_FILE))
  contents.forget(TRACE)
  expect(await state()).toBe('dropped')
})
