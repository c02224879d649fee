/**
 * The main demo: two agents as two processes find each other, one does real work for the other in a
 * sandbox, and a third process, the observer, receives the signed traces of both. With --observe a
 * fourth one, which had no part in it, is asked over HTTP what happened.
 *
 * This process only starts the others and tells the story; it loads nothing of the network itself.
 */

import type { Audience, Plot } from './mvp-demo/play.ts'
import { Play } from './mvp-demo/play.ts'
import type { Options } from './mvp-demo/options.ts'
import { readOptions, USAGE } from './mvp-demo/options.ts'
import { Storyteller } from './mvp-demo/storyteller.ts'
import type { Verdict } from './mvp-demo/verdict.ts'
import { verdictOf } from './mvp-demo/verdict.ts'

/** By convention 128 and the number of the signal. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

interface Teller extends Audience {
  ends(plot: Plot, verdict: Verdict): void
}

const write = (text: string): void => void process.stdout.write(text)

const asJson: Teller = {
  opens: () => {},
  heard: () => {},
  ends(plot, verdict) {
    const { pass, text, hint, legs, agentsMs, observedMs, wholeMs } = verdict
    const { network, ids, trace, result, seen, outside } = plot
    const times = { legs, agentsMs, observedMs, wholeMs }
    const facts = { network, ids, trace, result, seen, outside }
    write(`${JSON.stringify({ pass, text, hint, ...times, ...facts })}\n`)
  }
}

async function perform(options: Options): Promise<number> {
  const teller: Teller = options.json ? asJson : new Storyteller(write)
  const play = new Play(options, teller)
  process.on('exit', () => play.abandon())
  const interrupted = Promise.withResolvers<never>()
  let code = 1
  for (const [signal, number] of Object.entries(SIGNALS)) {
    process.once(signal, () => {
      code = number
      interrupted.reject(new Error(`interrupted by ${signal}`))
    })
  }
  // As with `| head`: whoever reads no further has seen enough, and nobody can be told the rest.
  process.stdout.on('error', interrupted.reject)
  let error: unknown
  try {
    await Promise.race([play.run(), interrupted.promise])
  } catch (thrown) {
    error = thrown ?? new Error('unknown')
  }
  const stays = options.keep && error === undefined
  if (!stays) await play[Symbol.asyncDispose]()
  const verdict = verdictOf(play.plot, error)
  teller.ends(play.plot, verdict)
  if (stays) await interrupted.promise.catch(() => play[Symbol.asyncDispose]())
  return verdict.pass ? 0 : code
}

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options !== 'help') return await perform(options)
    write(`${USAGE}\n`)
    return 0
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`)
    return 2
  }
}

// The exit code is set and the process ends by itself, so that a pipe gets every line.
process.exitCode = await main()
