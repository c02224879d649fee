/** `peerwork observe mcp`: the observer's tools for one MCP client, over stdin and stdout. */

import { COOKIE } from '../../gateway/access/sessions.ts'
import { systemClock } from '../../node/clock.ts'
import { recall } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import type { COMMON, Context, OptionSpecs, Values } from '../command.ts'
import { openDesk, URL_FILE } from './data.ts'
import type { Desk } from './data.ts'
import { PORT, dataOf } from './options.ts'
import type { ObserveValues } from './options.ts'

export const MCP_OPTIONS = {
  url: { type: 'string', value: '<url>', about: 'mcp: where the observer is' },
  key: {
    type: 'string',
    value: '<key>',
    about: 'mcp: a key that may read; better in PEERWORK_KEY, where nobody else sees it'
  }
} as const satisfies OptionSpecs

const URL_DEFAULT = `http://127.0.0.1:${PORT}`

export type McpValues = ObserveValues & Values<typeof MCP_OPTIONS & typeof COMMON>

/** A session is renewed after so long, ms: it ends after twelve hours without use. */
const RENEW_MS = 6 * 60 * 60_000

/**
 * With a key, asks any observer; without one, that of the data directory, as its owner.
 *
 * @throws PeerworkError `BAD_OPTION`, `HOME_UNSAFE`, `STORE_FAILED`
 */
export async function mcp(values: McpValues, context: Context): Promise<void> {
  const { serveMcpStdio } = await import('../../gateway/mcp/server.ts')
  const given = values.key ?? context.env['PEERWORK_KEY'] ?? ''
  const url = values.url === undefined ? undefined : checked(values.url)
  const share = values['mcp-share']
  if (given !== '') {
    const headers = { authorization: `Bearer ${bearer(given)}` }
    return serveMcpStdio(
      url ?? recall(dataOf(values, context), URL_FILE) ?? URL_DEFAULT,
      { headers: () => headers },
      share
    )
  }
  if (url !== undefined) {
    throw usage('--url needs a key that may read, in PEERWORK_KEY: peerwork observe key create')
  }
  const dir = dataOf(values, context)
  const door = recall(dir, URL_FILE)
  if (door === undefined) throw usage(`no observer ever ran in ${dir}: peerwork observe`)
  using desk = openDesk(dir)
  using owner = new Owner(desk)
  const proof = {
    headers: () => owner.headers(),
    renew: (refused: ReturnType<Owner['headers']>) => owner.renew(refused)
  }
  await serveMcpStdio(door, proof, share)
}

const usage = (text: string): PeerworkError =>
  new PeerworkError('BAD_OPTION', text, { command: 'observe' })

function checked(url: string): string {
  if (/^https?:\/\//.test(url) && URL.canParse(url)) return url
  throw usage(`--url is an http(s) address: "${url}"`)
}

/** Never in the message: what was meant as a key may be one. */
function bearer(key: string): string {
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key
  throw usage('the key is none: peerwork observe key create <name> --scope read')
}

/** Whoever can write the data directory may read: a session, for as long as this runs. */
class Owner implements Disposable {
  readonly #desk: Desk
  #secret: string | undefined
  #since = 0

  constructor(desk: Desk) {
    this.#desk = desk
  }

  headers(): Readonly<Record<string, string>> {
    const now = systemClock.elapsed()
    if (this.#secret === undefined || now - this.#since > RENEW_MS) {
      this[Symbol.dispose]()
      this.#secret = this.#desk.sessions.lend()
      this.#since = now
    }
    return { cookie: cookieOf(this.#secret) }
  }

  /** Of many questions that were refused together, only the first one opens a new session. */
  renew({ cookie }: Readonly<Record<string, string>>): void {
    if (this.#secret !== undefined && cookie === cookieOf(this.#secret)) this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    if (this.#secret !== undefined) this.#desk.sessions.signOut(this.#secret)
    this.#secret = undefined
  }
}

const cookieOf = (secret: string): string => `${COOKIE}=${secret}`
