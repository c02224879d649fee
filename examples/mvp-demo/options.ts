/** What the demo can be told on its command line. */

import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'

export const USAGE = `Two agents find each other, one works for the other, a third watches.

usage: make mvp-demo [FILE=document] [BOOTSTRAP=1] [OBSERVE=1 | OBSERVE=keep]
                     [DASHBOARD=1] [NETWORK=name]
       node --conditions=source examples/mvp-demo.ts [document] [options]

  document      English text or Markdown to analyse, at most 1 MiB (default README.md)
  --bootstrap   find each other through an address instead of multicast DNS
  --observe     then start peerwork observe beside them, and ask it over HTTP what happened
  --keep        the same, and all of them stay until Ctrl-C
  --dashboard   the same, and a link straight to the trace in the dashboard
  --network <n> name of the network (default: a random one), for an observer of your own:
                peerwork observe --preset loopback --mdns --network <n>
  --json        print one JSON object instead of the story
  --wait <s>    give up looking for the peer after this many seconds (default 30)`

/** The skill takes at most this much text, characters; more bytes can never fit. */
const DOCUMENT_BYTES_MAX = 1024 * 1024

export interface Options {
  readonly file: string
  readonly bootstrap: boolean
  /** Ask an observer that has no part in it. */
  readonly observe: boolean
  /** Let that observer, and all others, stay until somebody ends them. */
  readonly keep: boolean
  /** Say at the end where the trace is to be seen. */
  readonly dashboard: boolean
  /** Undefined: a random one. */
  readonly network: string | undefined
  readonly json: boolean
  readonly waitMs: number
}

/** @throws Error with a sentence for the user */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      bootstrap: { type: 'boolean', default: false },
      observe: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      dashboard: { type: 'boolean', default: false },
      network: { type: 'string' },
      json: { type: 'boolean', default: false },
      wait: { type: 'string', default: '30' },
      help: { type: 'boolean', short: 'h', default: false }
    }
  })
  if (values.help) return 'help'
  if (positionals.length > 1) throw new Error('one document at a time, please')
  const file = positionals[0] ?? 'README.md'
  checkDocument(file)
  const waitMs = Number(values.wait) * 1000
  if (!(waitMs > 0)) throw new Error(`--wait takes seconds, not "${values.wait}"`)
  const { bootstrap, json, dashboard, network } = values
  const keep = values.keep || dashboard
  const observe = values.observe || keep
  return { file, waitMs, bootstrap, json, dashboard, network, keep, observe }
}

function checkDocument(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) throw new Error(`there is no file ${file}`)
  if (!found.isFile()) throw new Error(`${file} is no file`)
  if (found.size > DOCUMENT_BYTES_MAX) {
    throw new Error(`${file} has ${found.size} bytes, more than the ${DOCUMENT_BYTES_MAX} allowed`)
  }
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch {
    throw new Error(`${file} is not text in UTF-8`)
  }
}
