import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { RUNNER_LIFE_MS, RUNNER_TASKS_MAX } from '../../src/tasks/limits.ts'
import { Pool } from '../../src/tasks/pool.ts'
import { runnerEntry } from '../../src/tasks/runner-entry.ts'
import { reachOf } from '../../src/tasks/sandbox-reach.ts'
import { Shelter } from '../../src/tasks/shelter.ts'
import { isAlive, recordingLog, skillFile } from './shop.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peerwork-pool-'))
})
afterAll(() => rm(folder, { recursive: true }))

const entry = runnerEntry()
let time = 0
let pool: Pool
afterEach(() => pool.close())

function open(file = skillFile('echo'), size = 3, tools = process.env): Pool {
  const env = { ...tools, PEERWORK_SANDBOX: 'process' }
  const log = recordingLog()
  const shelter = new Shelter({ entry, home: undefined, minIsolation: 'process', log, env })
  const reach = reachOf(file, entry, undefined)
  pool = new Pool({ source: { file }, reach, shelter, size, log, elapsed: () => time })
  return pool
}

describe('a pool of runners', () => {
  it('has one warm runner, and starts more only while work waits', async () => {
    await open().loaded
    expect(pool.pids).toHaveLength(1)
    const first = await pool.take()
    const second = await pool.take()
    expect(second).not.toBe(first)
    expect(pool.pids).toHaveLength(2)
    pool.give(first)
    expect(pool.take()).toBe(first)
  })

  it('never has more than its size; the rest waits for one to come back', async () => {
    await open(undefined, 1).loaded
    const box = await pool.take()
    const waiting = pool.take()
    expect(waiting).toBeInstanceOf(Promise)
    expect(pool.pids).toHaveLength(1)
    pool.give(box)
    expect(await waiting).toBe(box)
  })

  it('gives one runner several tasks when the skill wants that', async () => {
    await open(skillFile('together')).loaded
    const boxes = await Promise.all([pool.take(), pool.take(), pool.take()])
    expect(new Set(boxes).size).toBe(1)
  })

  it('replaces a runner that died', async () => {
    await open().loaded
    const box = await pool.take()
    pool.give(box)
    process.kill(box.pid, 'SIGKILL')
    await box.exited
    expect(await pool.take()).not.toBe(box)
  })

  it('replaces a runner that has done much and is old', async () => {
    await open().loaded
    const box = await pool.take()
    box.begun = RUNNER_TASKS_MAX
    pool.give(box)
    expect(pool.take()).toBe(box)
    time += RUNNER_LIFE_MS
    pool.give(box)
    expect(await pool.take()).not.toBe(box)
    await box.exited
  })

  it('starts again with the memory that the skill asks for', async () => {
    const file = join(folder, 'memory.ts')
    await writeFile(
      file,
      `import * as z from 'zod/mini'
       const size = 40 + 1
       export default { name: 'm', description: 'M.', input: z.unknown(), output: z.unknown(),
         memoryMb: size, run: () => null }`
    )
    await open(file).loaded
    expect((await pool.take()).memoryMb).toBe(41)
    expect(pool.pids).toHaveLength(1)
  })

  it('does not start a broken skill again and again', async () => {
    const file = join(folder, 'fragile.ts')
    const good = `import * as z from 'zod/mini'
      export default { name: 'f', description: 'F.', input: z.unknown(), output: z.unknown(),
        run: () => null }`
    await writeFile(file, good)
    await open(file).loaded
    await writeFile(file, 'process.exit(1)')
    const box = await pool.take()
    box.kill()
    await box.exited
    pool.give(box)
    await expect((async () => await pool.take())()).rejects.toMatchObject({ code: 'SKILL_CRASHED' })
    expect(() => pool.take()).toThrow('no runner for the skill')
    expect(pool.pids).toEqual([])
    // Mended, and after a pause, it works again.
    await writeFile(file, good)
    time += 60_000
    expect((await pool.take()).ready).toBe(true)
  })

  it('refuses work while nothing can be started, and works again afterwards', async () => {
    const node = join(folder, 'node')
    const { execPath } = process
    const install = () => writeFile(node, `#!/bin/sh\nexec ${execPath} "$@"\n`, { mode: 0o755 })
    await install()
    process.execPath = node
    try {
      await open(undefined, 1, { PATH: '/nowhere' }).loaded
    } finally {
      process.execPath = execPath
    }
    await rm(node)
    const box = await pool.take()
    const waiting = pool.take()
    box.kill()
    pool.give(box)
    await expect(waiting).rejects.toMatchObject({
      code: 'SKILL_CRASHED',
      message: expect.stringContaining('could not be started') as string
    })
    expect(() => pool.take()).toThrow('no runner for the skill')
    await install()
    time += 60_000
    expect((await pool.take()).ready).toBe(true)
  })

  it('takes no more work once it is closed', async () => {
    await open().loaded
    const { pids } = pool
    await pool.close()
    expect(() => pool.take()).toThrow(expect.objectContaining({ code: 'SHUTTING_DOWN' }))
    expect(pids.filter((pid) => isAlive(pid))).toEqual([])
  })
})

const SHOP = new URL('./shop.ts', import.meta.url).href
const PROGRAM = `
  const { openShop, submit } = await import(${JSON.stringify(SHOP)})
  const shop = await openShop(['busy-loop', 'together'])
  submit(shop, 'busy-loop', null, { budget: { wallMs: 60000 } })
  const { output } = await submit(shop, 'together', { ms: 1 }).outcome
  const { readFileSync } = await import('node:fs')
  const below = (pid) => readFileSync('/proc/' + pid + '/task/' + pid + '/children', 'utf8')
    .split(' ').filter(Boolean).flatMap((id) => [Number(id), ...below(id)])
  console.log(JSON.stringify(below(process.pid)))
  if (process.argv[2] === 'close') await shop[Symbol.asyncDispose]()
`

describe.runIf(process.platform === 'linux')('an agent that ends', () => {
  const start = async (level: string, ...words: string[]) => {
    const file = join(folder, `${level}.ts`)
    await writeFile(file, PROGRAM)
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const env = { ...process.env, PEERWORK_SANDBOX: level }
    const child = spawn(process.execPath, [file, ...words], {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'inherit']
    })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const pids = JSON.parse(line.toString()) as number[]
    expect(pids.length).toBeGreaterThan(1)
    return { child, pids }
  }

  it.each(['os', 'process'])(
    'by force leaves no runner, not even a busy one (%s)',
    async (level) => {
      const { child, pids } = await start(level)
      child.kill('SIGKILL')
      await expect.poll(() => pids.filter((pid) => isAlive(pid)), { timeout: 5000 }).toEqual([])
    }
  )

  it('ends by itself once its workshop is closed: no handle is left', async () => {
    const { child, pids } = await start('os', 'close')
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    await expect.poll(() => pids.filter((pid) => isAlive(pid)), { timeout: 5000 }).toEqual([])
  })
})
