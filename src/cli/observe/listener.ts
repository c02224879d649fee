/** Which process listens at a port of this machine, where the system says so: Linux. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** State of a socket in /proc/net/tcp that listens (include/net/tcp_states.h). */
const LISTENS = '0A'
/** Words of a command line that are told: the program and what it runs, not what it was told. */
const WORDS_MAX = 3

export interface Listener {
  readonly pid: number
  /** `node peerwork.js observe`: without options, which may hold secrets. */
  readonly command: string
}

/** @returns undefined when nobody listens, or another user's process, or the system does not say */
export function listenerAt(port: number, proc = '/proc'): Listener | undefined {
  const sockets = new Set([`${proc}/net/tcp`, `${proc}/net/tcp6`].flatMap((t) => inodes(t, port)))
  if (sockets.size === 0) return undefined
  const pid = names(proc).find(
    (name) => /^\d+$/.test(name) && hasOne(`${proc}/${name}/fd`, sockets)
  )
  if (pid === undefined) return undefined
  return { pid: Number(pid), command: commandOf(read(`${proc}/${pid}/cmdline`)) }
}

/** Sockets that listen at the port, by inode, as descriptors name them. */
function inodes(table: string, port: number): string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = read(table)
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
  const found = rows.filter(([, local = '', , state]) => local.endsWith(end) && state === LISTENS)
  return found.map((row) => `socket:[${row[9] ?? ''}]`)
}

function hasOne(folder: string, sockets: ReadonlySet<string>): boolean {
  return names(folder).some((fd) => sockets.has(attempt(() => readlinkSync(`${folder}/${fd}`), '')))
}

function commandOf(line: string): string {
  const words = line.split('\0').filter((word) => word !== '')
  const [program = '', ...more] = words
  const told = more.filter((word) => !word.startsWith('-') && !word.includes('://'))
  return [program, ...told]
    .slice(0, WORDS_MAX)
    .map((word) => basename(word))
    .join(' ')
}

const names = (folder: string): string[] => attempt(() => readdirSync(folder), [])
const read = (file: string): string => attempt(() => readFileSync(file, 'utf8'), '')

/** A process that ended meanwhile, or that is not ours to look into. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}
