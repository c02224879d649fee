import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createMeter } from '../../src/tasks/process-meter.ts'

const elapsed = (): number => performance.now()

describe.runIf(process.platform === 'linux')('the meter of a process', () => {
  it('reads its processor time and memory, and zero once it is gone', async () => {
    const code = 'console.log(1); const end = Date.now() + 200; while (Date.now() < end);'
    const child = spawn(process.execPath, ['-e', `${code} setInterval(() => 0, 1000)`])
    await once(child.stdout, 'data')
    const meter = createMeter(child.pid ?? 0, elapsed)
    expect(meter.pid).toBe(child.pid)
    await expect.poll(() => meter.read().cpuMs, { timeout: 5000 }).toBeGreaterThan(100)
    expect(meter.read().rssBytes).toBeGreaterThan(10 * 1024 * 1024)
    child.kill('SIGKILL')
    await once(child, 'close')
    expect(meter.read()).toEqual({ cpuMs: 0, rssBytes: 0 })
    meter.close()
  })

  it('looks through the processes that only wrap it', async () => {
    const child = spawn('/bin/sh', ['-c', `"${process.execPath}" -p process.pid -i; true`])
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const inner = Number.parseInt(/[0-9]+/.exec(line.toString())?.[0] ?? '0', 10)
    const meter = createMeter(child.pid ?? 0, elapsed)
    expect([inner, meter.pid === child.pid]).toEqual([expect.any(Number), false])
    meter.close()
    process.kill(meter.pid, 'SIGKILL')
    await once(child, 'close')
  })
})

describe('the meter of nothing', () => {
  it('reads zero', () => {
    const meter = createMeter(2 ** 30, elapsed)
    expect(meter.read()).toEqual({ cpuMs: 0, rssBytes: 0 })
    meter.close()
  })
})
