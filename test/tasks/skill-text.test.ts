import { execFile } from 'node:child_process'
import { chmod, glob, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SkillText } from '../../src/tasks/skill-text.ts'
import { skillFile } from './shop.ts'

let home: string
let cache: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'peerwork-text-'))
  cache = join(home, 'cache')
})
afterAll(() => rm(home, { recursive: true }))

async function skill(name: string, source: string): Promise<string> {
  const file = join(home, name)
  await writeFile(file, source)
  return file
}

describe('the text of a skill', () => {
  it('is known without its types after it was learned, at the same places', async () => {
    const file = await skill('typed.ts', 'export const a: number = 1')
    const text = new SkillText(file, cache)
    expect(text.read()).toBeUndefined()
    await text.learn()
    expect(text.read()?.toString()).toBe('export const a         = 1')
    expect(new SkillText(file, cache).read()?.toString()).toBe('export const a         = 1')
  })

  it('is unknown again once the file has changed', async () => {
    const file = await skill('changing.ts', 'export const b: string = "1"')
    const text = new SkillText(file, cache)
    await text.learn()
    await writeFile(file, 'export const b: string = "2"')
    expect(text.read()).toBeUndefined()
  })

  it('is left to the runner when it is JavaScript, does not parse, is gone or huge', async () => {
    const files = [
      await skill('plain.js', 'export const c = 1'),
      await skill('broken.ts', 'export const c: = 1'),
      await skill('huge.ts', `export const c: number = 1 //${'x'.repeat(1024 * 1024)}`),
      join(home, 'gone.ts')
    ]
    const before = await readdir(cache)
    for (const file of files) {
      const text = new SkillText(file, cache)
      await text.learn()
      expect(text.read(), file).toBeUndefined()
    }
    expect(await readdir(cache)).toEqual(before)
  })

  it('is not kept where Node keeps nothing, nor where nothing can be written', async () => {
    const file = await skill('unkept.ts', 'export const d: number = 1')
    const nowhere = new SkillText(file, undefined)
    await nowhere.learn()
    expect(nowhere.read()).toBeUndefined()
    const blocked = await skill('blocked', 'a file is no folder')
    await chmod(blocked, 0o400)
    const text = new SkillText(file, join(blocked, 'skills'))
    await text.learn()
    expect(text.read()).toBeUndefined()
  })
})

/** What a skill says of itself in a workshop of a process whose compiled code is kept. */
async function describeSkill(file: string): Promise<string> {
  const module = new URL('../../src/tasks/workshop.ts', import.meta.url).href
  const code = `
    const { createWorkshop } = await import(${JSON.stringify(module)})
    const skills = [{ file: ${JSON.stringify(file)} }]
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    await using shop = createWorkshop({ skills, capacity: 1, queue: 1, log, now: Date.now })
    await shop.ready()
    console.log(shop.offers()[0].description)`
  const args = ['--conditions=source', '--input-type=module', '-e', code]
  // Coverage turns the cache off, which this is about.
  const { NODE_DISABLE_COMPILE_CACHE: _off, NODE_V8_COVERAGE: _measured, ...rest } = process.env
  const env = { ...rest, NODE_COMPILE_CACHE: join(home, 'node') }
  return (await promisify(execFile)(process.execPath, args, { env })).stdout.trim()
}

describe('a runner', () => {
  it('loads the text that its workshop learned in an earlier start', async () => {
    const file = skillFile('echo')
    expect(await describeSkill(file)).toBe('Says what it hears.')
    const [kept = ''] = await Array.fromAsync(glob(join(home, 'node/*/skills/*.js')))
    const text = await readFile(kept, 'utf8')
    await writeFile(kept, text.replace('Says what it hears.', 'Kept.'))
    expect(await describeSkill(file)).toBe('Kept.')
  })
})
