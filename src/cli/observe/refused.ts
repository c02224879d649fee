/** Why an observer could not start, in words for the person who typed it. */

import { recall } from '../../node/home.ts'
import { PeerworkError } from '../../protocol/errors.ts'
import { URL_FILE } from './data.ts'
import { listenerAt } from './listener.ts'

export interface Place {
  readonly dir: string
  readonly host: string
  readonly port: number
}

/** What it failed with, and what to do about it; what says that already stays as it is. */
export function explained(thrown: unknown, { dir, host, port }: Place): unknown {
  if (!(thrown instanceof PeerworkError)) return thrown
  const { code, message, facts } = thrown
  const path = String(facts['path'] ?? facts['home'] ?? '')
  if (code === 'BAD_OPTION' && message.includes('EADDRINUSE')) {
    const text = `port ${port} of ${host} is taken${byWhom(port)}; --port 0 takes any that is free`
    return new PeerworkError('BAD_OPTION', text, { command: 'observe' }, thrown)
  }
  if (code === 'HOME_IN_USE' && path.startsWith(dir)) {
    const url = recall(dir, URL_FILE)
    const where = url === undefined ? '' : `, and answers at ${url}`
    const text = `another observer has ${dir}${where}; for one of its own give --data or --name`
    return new PeerworkError('HOME_IN_USE', text, {}, thrown)
  }
  if (code === 'STORE_FAILED' && UNWRITABLE.test(message)) {
    const what = `cannot write in ${dir}, which is read-only or not yours`
    const text = `${what} (${message}); --data chooses another directory`
    return new PeerworkError('STORE_FAILED', text, {}, thrown)
  }
  return thrown
}

/** Of a folder on a disk that is read-only Node's `mkdir` says ENOENT. */
const UNWRITABLE = /^cannot make|\bE(?:ACCES|ROFS|PERM)\b|readonly database|unable to open/i

function byWhom(port: number): string {
  const listener = listenerAt(port)
  return listener === undefined ? '' : ` by process ${listener.pid} (${listener.command})`
}
