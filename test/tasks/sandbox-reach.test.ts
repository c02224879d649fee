import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runnerEntry } from '../../src/tasks/runner-entry.ts'
import { holds, reachOf } from '../../src/tasks/sandbox-reach.ts'

let folder: string
let file: string
const entry = runnerEntry()
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'peerwork-reach-')))
  await mkdir(join(folder, 'app/skills'), { recursive: true })
  await mkdir(join(folder, 'app/node_modules'))
  await writeFile(join(folder, 'app/package.json'), '{}')
  file = join(folder, 'app/skills/one.ts')
  await writeFile(file, '')
})
afterAll(() => rm(folder, { recursive: true }))

describe('the reach of a skill', () => {
  it('is its folder, the packages above it and the code of Peerwork', () => {
    const { file: real, read } = reachOf(file, entry, undefined)
    expect(real).toBe(file)
    expect(read).toContain(join(folder, 'app/skills'))
    expect(read).toContain(join(folder, 'app/node_modules'))
    expect(read).toContain(join(folder, 'app/package.json'))
    expect(read.some((path) => holds(path, entry))).toBe(true)
    expect(read.some((path) => holds(path, join(folder, 'app/secret')))).toBe(false)
  })

  it('follows URLs and symbolic links to the real file', async () => {
    const link = join(folder, 'link.ts')
    await symlink(file, link)
    expect(reachOf(pathToFileURL(link).href, entry, undefined).file).toBe(file)
  })

  it('must not hold the home of the agent, not even through a link', async () => {
    const denied = expect.objectContaining({ code: 'SKILL_EXPOSES_HOME' }) as Error
    const home = join(folder, 'app/skills/home')
    expect(() => reachOf(file, entry, home)).toThrow(denied)
    await mkdir(home)
    await symlink(home, join(folder, 'elsewhere'))
    expect(() => reachOf(file, entry, join(folder, 'elsewhere'))).toThrow(denied)
    expect(() => reachOf(file, entry, join(folder, 'app/node_modules/home'))).toThrow(denied)
    // A home above is fine: only what lies beside the skill can be read.
    expect(reachOf(file, entry, folder).file).toBe(file)
  })

  it('must not be the home directory of the user', async () => {
    const before = process.env['HOME']
    process.env['HOME'] = join(folder, 'app/skills')
    try {
      expect(homedir()).toBe(join(folder, 'app/skills'))
      expect(() => reachOf(file, entry, undefined)).toThrow(
        expect.objectContaining({ code: 'SKILL_EXPOSES_HOME' })
      )
    } finally {
      if (before === undefined) delete process.env['HOME']
      else process.env['HOME'] = before
    }
  })

  it('needs a file that is there', () => {
    expect(() => reachOf(join(folder, 'no.ts'), entry, undefined)).toThrow(
      expect.objectContaining({ code: 'BAD_OPTION' })
    )
  })
})

describe('holds', () => {
  it.each([
    ['/a', '/a', true],
    ['/a', '/a/b', true],
    ['/a', '/ab', false],
    ['/a/b', '/a', false],
    ['/', '/a', true]
  ])('%s holds %s: %s', (outer, inner, answer) => {
    expect(holds(outer, inner)).toBe(answer)
  })
})
