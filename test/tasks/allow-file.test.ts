import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identityFromSeed } from '../../src/protocol/identity.ts'
import { openAllowFile } from '../../src/tasks/allow-file.ts'
import { recordingLog } from './shop.ts'

const [alice = '', bob = ''] = [1, 2].map((n) => identityFromSeed(new Uint8Array(32).fill(n)).id)
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerwork-allow-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

describe('an allow file', () => {
  it('lists one peer a line, with comments', async () => {
    const file = await write('plain', `# friends\n\n${alice} # Alice\r\n  ${bob}\n${alice}\n`)
    using list = openAllowFile(file, recordingLog(), () => undefined)
    expect(list.peers()).toEqual([alice, bob])
  })

  it('warns of a bad line by its number and keeps the others', async () => {
    const file = await write('bad', `${alice}\nnot-a-peer\n${bob}\n`)
    const log = recordingLog()
    using list = openAllowFile(file, log, () => undefined)
    expect(list.peers()).toEqual([alice, bob])
    expect(log.said).toContainEqual(
      expect.objectContaining({ level: 'warn', facts: { file, line: 2 } })
    )
  })

  it('must be there at the start', () => {
    const file = join(folder, 'missing')
    expect(() => openAllowFile(file, recordingLog(), () => undefined)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION', facts: { file } })
    )
  })

  it('is read again when it changes, and keeps the last list when it goes', async () => {
    const file = await write('live', alice)
    const log = recordingLog()
    const heard: (readonly string[])[] = []
    using list = openAllowFile(file, log, (peers) => heard.push(peers))
    await writeFile(file, `${alice}\n${bob}`)
    await expect.poll(() => heard.at(-1), { timeout: 5000 }).toEqual([alice, bob])
    await rename(await write('next', bob), file)
    await expect.poll(() => heard.at(-1), { timeout: 5000 }).toEqual([bob])
    await rm(file)
    await expect
      .poll(() => log.said.map(({ message }) => message), { timeout: 5000 })
      .toContain('the allow file cannot be read; the last list stays valid')
    expect(list.peers()).toEqual([bob])
  })
})
