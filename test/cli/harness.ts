/** A command line inside the test: collected output, chosen environment. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import type { Context } from '../../src/cli/command.ts'
import type { Interrupts } from '../../src/cli/interrupts.ts'
import { main } from '../../src/cli/main.ts'
import { Output } from '../../src/cli/output.ts'
import type { Sink } from '../../src/cli/output.ts'
import { COMMANDS } from '../../src/cli/table.ts'

export class Collector implements Sink {
  text = ''
  readonly columns = 80
  readonly isTTY: boolean

  constructor(isTTY = false) {
    this.isTTY = isTTY
  }

  write(text: string): boolean {
    this.text += text
    return true
  }

  once = (): void => undefined
  off = (): void => undefined
}

export function temporary(name: string): string {
  const path = mkdtempSync(join(tmpdir(), `peerwork-${name}-`))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export interface World {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly stdin?: string
  readonly tty?: boolean
  readonly interrupts?: Interrupts
}

export function contextOf(world: World = {}) {
  const out = new Collector(world.tty)
  const err = new Collector(world.tty)
  const env = world.env ?? {}
  const context: Context = {
    env,
    cwd: world.cwd ?? process.cwd(),
    stdin: Readable.from([Buffer.from(world.stdin ?? '')]),
    out: new Output(out, env),
    err: new Output(err, env),
    interrupts: world.interrupts ?? { signal: new AbortController().signal, name: undefined },
    commands: COMMANDS
  }
  return { context, out, err }
}

/** Run a command line in this process. */
export async function peerwork(args: readonly string[], world: World = {}) {
  const { context, out, err } = contextOf(world)
  const code = await main(args, context)
  return { code, out: out.text, err: err.text, json: () => JSON.parse(out.text) as unknown }
}
