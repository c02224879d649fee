/**
 * The limit's runners: processes under the same command line as ours, sandbox and all, that do the
 * work one task at a time over a bare pipe, with nothing around it.
 */

import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { MEMORY_MB } from '../src/tasks/limits.ts'
import type { RunnerProcess } from '../src/tasks/sandbox-process.ts'
import { spawnRunner } from '../src/tasks/sandbox-process.ts'
import { Shelter } from '../src/tasks/shelter.ts'
import type { Handle } from './candidates/candidate.ts'
import { asker } from './lines.ts'
import type { Work } from './signed.ts'
import { silent } from './silent.ts'

interface Runner {
  readonly process: RunnerProcess
  readonly ask: Handle
}

/** @param count by default as many as an agent has */
export async function runners(count = availableParallelism()): Promise<Work> {
  const all = await Promise.all(Array.from({ length: count }, startRunner))
  const idle = [...all]
  const waiting: ((runner: Runner) => void)[] = []
  const release = (runner: Runner): void => {
    const next = waiting.shift()
    if (next === undefined) idle.push(runner)
    else next(runner)
  }
  return {
    run: async (input) => {
      const runner =
        idle.pop() ?? (await new Promise<Runner>((resolve) => void waiting.push(resolve)))
      const output = await runner.ask(input)
      release(runner)
      return output
    },
    close: async () => {
      for (const { process } of all) process.kill()
      await Promise.all(all.map(({ process }) => process.exited))
    }
  }
}

/** Resolves when it has answered once. */
async function startRunner(): Promise<Runner> {
  const here = fileURLToPath(new URL('.', import.meta.url))
  const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
  const entry = path('./runner-child.ts')
  const shelter = new Shelter({ entry, home: undefined, minIsolation: 'process', log: silent })
  const read = [here, path('../src/protocol'), path('../package.json')]
  const started = spawnRunner(shelter.command({ file: entry, read }, MEMORY_MB), (text) => {
    process.stderr.write(text)
  })
  const ask = asker(started.pipe)
  const ended = started.exited.then(({ code, lastLine }) => {
    throw new Error(`the bare runner ended with ${code}: ${lastLine}`)
  })
  await Promise.race([ask(Buffer.from('{"text":""}')), ended])
  ended.catch(() => undefined)
  return { process: started, ask }
}
