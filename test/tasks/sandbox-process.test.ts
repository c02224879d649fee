import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { spawnRunner } from '../../src/tasks/sandbox-process.ts'

const run = promisify(execFile)
const start = (code: string, heard: string[] = []) =>
  spawnRunner({ file: process.execPath, args: ['-e', code] }, (text) => heard.push(text))

describe('a runner process', () => {
  it('has an empty environment and one pipe', async () => {
    const runner = start(
      "new (require('node:net').Socket)({ fd: 3 }).end(JSON.stringify(process.env))"
    )
    const said: string[] = []
    runner.pipe.on('data', (bytes: Buffer) => said.push(bytes.toString()))
    await runner.exited
    expect(said.join('')).toBe('{}')
  })

  it('tells how it ended and what it said last', async () => {
    const heard: string[] = []
    const { exited } = start("console.error('one'); console.error('two'); process.exit(7)", heard)
    expect(await exited).toEqual({ code: 7, signal: null, lastLine: 'two', outOfMemory: false })
    expect(heard.join('')).toBe('one\ntwo\n')
  })

  it('tells the signal, also when a shell or bubblewrap translated it', async () => {
    const killed = start('setInterval(() => 0, 1000)')
    killed.kill()
    expect(await killed.exited).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(await start('process.exit(137)').exited).toMatchObject({ signal: 'SIGKILL' })
  })

  it('is out of reach of a Ctrl-C in the terminal of the agent', async () => {
    const runner = start('setInterval(() => 0, 1000)')
    // Signal 0 to a group says whether there is one of that number.
    expect(process.kill(-(runner.pid ?? 0), 0)).toBe(true)
    runner.kill()
    await runner.exited
  })

  it('knows V8 running out of memory', async () => {
    const code = 'const a = []; for (;;) a.push(Array.from({ length: 1e5 }, (_, n) => ({ n })))'
    const file = process.execPath
    const args = ['--max-old-space-size=32', '-e', code]
    const { exited } = spawnRunner({ file, args }, () => undefined)
    expect(await exited).toMatchObject({ outOfMemory: true })
  })

  it('has exited when the system refuses to start it', async () => {
    const { exited, pid, pipe } = spawnRunner(
      { file: process.execPath, args: ['x'.repeat(1_000_000)] },
      () => undefined
    )
    expect([pid, pipe.destroyed]).toEqual([undefined, true])
    expect(await exited).toMatchObject({ code: null, signal: null })
    expect((await exited).lastLine).toContain('E2BIG')
  })

  it.runIf(process.platform === 'linux')('has exited when no file can be opened', async () => {
    const module = new URL('../../src/tasks/sandbox-process.ts', import.meta.url).href
    const program = `
      import { closeSync, openSync } from 'node:fs'
      import { spawnRunner } from ${JSON.stringify(module)}
      const start = () => spawnRunner({ file: '/bin/true', args: [] }, () => undefined).exited
      const open = []
      try { for (;;) open.push(openSync('/dev/null')) } catch {}
      const { code, lastLine } = await start()
      open.forEach(closeSync)
      console.log(code, lastLine, (await start()).code)`
    const limited = `ulimit -n 64 && exec "$0" --input-type=module -e "$1"`
    const { stdout } = await run('/bin/sh', ['-c', limited, process.execPath, program])
    expect(stdout.trim()).toMatch(/^null spawn .*EMFILE 0$/)
  })

  it('says so when the program does not exist', async () => {
    const { exited, pid } = spawnRunner({ file: '/no/such/program', args: [] }, () => undefined)
    expect(pid).toBeUndefined()
    expect((await exited).lastLine).toContain('ENOENT')
  })
})
