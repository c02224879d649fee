import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MemberStore } from '../../../src/node/membership/store.ts'
import type { Own } from '../../../src/node/membership/store.ts'
import { ADA_SHOWS, BEN_SHOWS, ben, LAB, owner, tempDir } from './people.ts'

const own: Own = {
  network: LAB,
  owner: owner.id,
  credential: BEN_SHOWS,
  addresses: ['/ip4/10.0.0.1']
}
const id = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

test('its files are the owner’s alone', () => {
  const home = tempDir()
  using store = new MemberStore(home)
  store.setOwn(own)
  const files = readdirSync(home)
  expect(files).toEqual(expect.arrayContaining(['members.db', 'members.db-wal', 'members.db-shm']))
  for (const file of files) expect(statSync(join(home, file)).mode & 0o777).toBe(0o600)
})

test('what was kept is there when the home is opened again', () => {
  const home = tempDir()
  {
    using store = new MemberStore(home)
    expect(store.own()).toBeUndefined()
    store.setOwn({ ...own, credential: ADA_SHOWS })
    store.setOwn(own)
    store.change(
      [
        { id: id(1), value: id(9) },
        { id: id(2), value: id(8) }
      ],
      []
    )
    store.change([], [id(2)])
    store.saw([ben.id, owner.id], 5)
    store.saw([ben.id], 7)
  }
  using store = new MemberStore(home)
  expect(store.own()).toEqual(own)
  expect(store.records().map(({ value }) => new Uint8Array(value))).toEqual([id(9)])
  expect(store.seen()).toEqual(
    new Map([
      [ben.id, 7],
      [owner.id, 5]
    ])
  )
})

test('a command reads and writes beside a running agent', () => {
  const home = tempDir()
  using agent = new MemberStore(home)
  using command = new MemberStore(home)
  agent.setOwn(own)
  command.change([{ id: id(1), value: id(1) }], [])
  agent.change([{ id: id(2), value: id(2) }], [])
  expect(command.own()).toEqual(own)
  expect(agent.records()).toHaveLength(2)
})

test('an agent without a home keeps it for as long as it lives', () => {
  using store = new MemberStore(undefined)
  store.setOwn(own)
  expect(store.own()).toEqual(own)
})

test('a file that is none is told, and not overwritten', () => {
  const home = tempDir()
  writeFileSync(
    join(home, 'members.db'),
    'these are not the records you are looking for'.repeat(99)
  )
  expect(() => new MemberStore(home)).toThrow(/roster/)
})

test('what was kept before a kill is there after it', async () => {
  const home = tempDir()
  const module = fileURLToPath(import.meta.resolve('../../../src/node/membership/store.ts'))
  const script = `
    const { MemberStore } = await import(${JSON.stringify(module)})
    const store = new MemberStore(${JSON.stringify(home)})
    for (let n = 0; ; n++) {
      const id = new Uint8Array(32)
      new DataView(id.buffer).setUint32(0, n)
      store.change([{ id, value: id }], [])
      process.stdout.write(n + '\\n')
    }`
  const args = ['--conditions=source', '--input-type=module', '-e', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const bytes of child.stdout as AsyncIterable<Buffer>) {
    said += bytes.toString()
    if (said.split('\n').length > 20) break
  }
  child.kill('SIGKILL')
  if (child.signalCode === null) await once(child, 'exit')
  const last = Number(said.trimEnd().split('\n').at(-2))
  using store = new MemberStore(home)
  expect(store.records().length).toBeGreaterThan(last)
})
