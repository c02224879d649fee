import { realpathSync } from 'node:fs'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runnerEntry } from '../../src/tasks/runner-entry.ts'
import { Shelter } from '../../src/tasks/shelter.ts'
import { openShop, recordingLog, skillFile, submit, valueOf } from './shop.ts'

const base = { entry: runnerEntry(), home: undefined, minIsolation: 'process' } as const
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerwork-shelter-'))
  await writeFile(join(folder, 'bwrap'), '#!/bin/sh\necho "bwrap: not allowed here" >&2\nexit 1\n')
  await chmod(join(folder, 'bwrap'), 0o755)
})
afterAll(() => rm(folder, { recursive: true }))

describe.runIf(process.platform === 'linux')('the shelter', () => {
  it('is a plain process without bubblewrap', () => {
    const shelter = new Shelter({ ...base, log: recordingLog(), env: { PATH: '/nowhere' } })
    expect(shelter.isolation).toBe('process')
    expect(shelter.command({ file: '/x', read: ['/x'] }, 64).args).toContain('--permission')
  })

  it('leaves bubblewrap aside when it is told to', () => {
    const env = { PATH: folder, PEERWORK_SANDBOX: 'process' }
    expect(new Shelter({ ...base, log: recordingLog(), env }).isolation).toBe('process')
  })

  it('does not go below the level it must reach', () => {
    const wanted = { ...base, minIsolation: 'os', log: recordingLog() } as const
    const unavailable = expect.objectContaining({ code: 'ISOLATION_UNAVAILABLE' }) as Error
    expect(() => new Shelter({ ...wanted, env: { PATH: '/nowhere' } })).toThrow(unavailable)
    const shelter = new Shelter({ ...wanted, env: { PATH: folder } })
    expect(() => shelter.failed('os', 'no')).toThrow(unavailable)
  })

  it('drops a level only while bubblewrap has never worked', () => {
    const shelter = new Shelter({ ...base, log: recordingLog(), env: { PATH: folder } })
    shelter.proved('os')
    expect(shelter.failed('os', 'once')).toBe(false)
    expect(shelter.isolation).toBe('os')
  })

  it('does not fail when the file of node is gone, as after an upgrade', async () => {
    const { execPath } = process
    const link = join(folder, 'node')
    await symlink(execPath, link)
    process.execPath = link
    try {
      const shelter = new Shelter({ ...base, log: recordingLog(), env: { PATH: '/nowhere' } })
      await rm(link)
      expect(shelter.command({ file: '/x', read: ['/x'] }, 64).file).toBe(realpathSync(execPath))
    } finally {
      process.execPath = execPath
    }
  })

  it('runs skills in plain processes where bubblewrap is forbidden, and says so', async () => {
    const before = process.env['PATH']
    process.env['PATH'] = folder
    try {
      await using shop = await openShop([{ file: skillFile('echo') }])
      expect(shop.isolation).toBe('process')
      const outcome = await submit(shop, 'echo', { text: 'a' }).outcome
      expect([valueOf(outcome), outcome.isolation]).toEqual(['a', 'process'])
      expect(shop.said).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          message: expect.stringContaining('bubblewrap') as string
        })
      )
    } finally {
      process.env['PATH'] = before
    }
  })
})
