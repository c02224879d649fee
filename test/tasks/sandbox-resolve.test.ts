import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const ROOM = new URL('../../src/tasks/', import.meta.url)
const HOOKS = new URL('sandbox-resolve.ts', ROOM).href
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerwork-resolve-'))
  await mkdir(join(folder, 'node_modules/zod'), { recursive: true })
  await writeFile(join(folder, 'node_modules/zod/index.js'), 'export const own = true')
  const manifest = '{"type":"module","exports":"./index.js"}'
  await writeFile(join(folder, 'node_modules/zod/package.json'), manifest)
  await mkdir(join(folder, 'node_modules/pack'))
  await writeFile(join(folder, 'node_modules/pack/skill.ts'), 'export const typed: number = 1')
  await mkdir(join(folder, 'empty'))
})
afterAll(() => rm(folder, { recursive: true }))

/** What an import finds in a folder, once the hooks are there. */
async function names(from: string, specifier: string, hooks = HOOKS): Promise<string> {
  const file = join(folder, from, 'program.mjs')
  const code = `const { resolveForSkills } = await import(${JSON.stringify(hooks)})
    resolveForSkills()
    const found = await import(${JSON.stringify(join(folder, from, 'inner.mjs'))})
    console.log(Object.keys(found).join())`
  await writeFile(file, code)
  await writeFile(join(folder, from, 'inner.mjs'), `export * from '${specifier}'`)
  const { stdout } = await run(process.execPath, [file])
  return stdout.trim()
}

describe('imports of a skill', () => {
  it('find only the skill-facing part of this Peerwork', async () => {
    expect(await names('empty', 'peerwork')).toBe('defineSkill')
  })

  it('find the zod that lies nearer, and ours where there is none', async () => {
    expect(await names('.', 'zod')).toBe('own')
    await rm(join(folder, 'node_modules/zod'), { recursive: true })
    expect(await names('empty', 'zod')).toContain('object')
    expect(await names('empty', 'zod/mini')).toContain('object')
  })

  it('find our zod as one file where that is bundled, and another copy as it is', async () => {
    const home = join(folder, 'home')
    for (const copy of ['node_modules/zod', 'other/node_modules/zod']) {
      await mkdir(join(home, copy), { recursive: true })
      await writeFile(join(home, copy, 'package.json'), '{"type":"module","exports":"./index.js"}')
      await writeFile(join(home, copy, 'index.js'), 'export const modules = true')
    }
    for (const file of ['sandbox-resolve.ts', 'skill.ts']) {
      await cp(new URL(file, ROOM), join(home, 'tasks', file))
    }
    await writeFile(join(home, 'package.json'), '{"type":"module"}')
    await writeFile(join(home, 'tasks/zod.js'), 'export const bundle = true')
    const hooks = join(home, 'tasks/sandbox-resolve.ts')
    expect(await names('empty', 'zod', hooks)).toBe('bundle')
    expect(await names('home', 'zod', hooks)).toBe('bundle')
    expect(await names('home/other', 'zod', hooks)).toBe('modules')
  })

  it('may be TypeScript inside of node_modules', async () => {
    expect(await names('empty', '../node_modules/pack/skill.ts')).toBe('typed')
  })

  it('are modules in a folder that is CommonJS by its package.json', async () => {
    const project = join(folder, 'project')
    await mkdir(project)
    await writeFile(join(project, 'package.json'), '{"type":"commonjs"}')
    await writeFile(join(project, 'skill.ts'), 'export const typed: number = 1')
    expect(await names('project', './skill.ts')).toBe('typed')
  })

  it('do not find other packages of ours', async () => {
    await expect(names('empty', 'libp2p')).rejects.toThrow('Cannot find package')
  })
})
