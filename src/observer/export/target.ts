/** Where to pass spans on, as an operator writes it: an address, and headers in a file. */

import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'

const HEADERS_BYTES_MAX = 16 * 1024
const OTHERS = 0o077
/** RFC 9110, 5.6.2; values without anything that ends a line. */
const HEADER =
  /^([!#$%&'*+.^_`|~\w-]{1,100}):[ \t]*([\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)[ \t]*$/
/** Ours: what is sent says what it is. */
const OURS = /^(?:host|connection|content-.*|transfer-encoding|expect|upgrade|te|trailer)$/i

/** For the options of a command line. */
export const EXPORT_OPTIONS = {
  'export-otlp': {
    type: 'string',
    value: '<url>',
    about: 'pass every span on to this OTLP/HTTP address as well'
  },
  'export-headers': {
    type: 'string',
    value: '<file>',
    about: 'headers for it, a line each, like authorization: Bearer …'
  },
  'export-compression': {
    type: 'string',
    value: '<way>',
    about: 'gzip (the default), or none for a backend that cannot unpack'
  }
} as const

export interface ExportTarget {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly compression?: 'gzip' | 'none'
}

export type ExportValues = {
  readonly [Name in keyof typeof EXPORT_OPTIONS]?: string | undefined
}

/** @returns undefined when nothing is to be passed on; @throws PeerworkError `BAD_OPTION` */
export function exportTarget(values: ExportValues, cwd: string): ExportTarget | undefined {
  const { 'export-otlp': address, 'export-headers': file } = values
  const compression = compressionOf(values)
  if (address !== undefined) {
    const target = targetOf(address, file === undefined ? undefined : resolve(cwd, file))
    return { ...target, ...(compression !== undefined && { compression }) }
  }
  if (file === undefined && compression === undefined) return undefined
  const which = file === undefined ? '--export-compression' : '--export-headers'
  throw new PeerworkError('BAD_OPTION', `${which} goes with --export-otlp`)
}

function compressionOf({ 'export-compression': way }: ExportValues) {
  if (way === undefined || way === 'gzip' || way === 'none') return way
  throw new PeerworkError('BAD_OPTION', `--export-compression is gzip or none: "${way}"`)
}

function targetOf(address: string, headersFile: string | undefined): ExportTarget {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new PeerworkError('BAD_OPTION', '--export-otlp is an http or https address')
  }
  if (url.username !== '' || url.password !== '') {
    throw new PeerworkError('BAD_OPTION', '--export-otlp: a password belongs in --export-headers')
  }
  if (url.pathname === '/') url.pathname = '/v1/traces'
  return { url, headers: headersFile === undefined ? {} : headersIn(headersFile) }
}

function headersIn(path: string): Readonly<Record<string, string>> {
  const text = readPrivate(path)
  const headers: Record<string, string> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const [, name = '', value = ''] = HEADER.exec(line) ?? []
    // The line itself is a secret.
    const where = `${path}, line ${index + 1}`
    if (name === '') throw new PeerworkError('BAD_OPTION', `${where}: write name: value`)
    if (OURS.test(name)) throw new PeerworkError('BAD_OPTION', `${where}: ${name} is not to be set`)
    headers[name.toLowerCase()] = value
  }
  return headers
}

function readPrivate(path: string): string {
  try {
    const { mode, size } = statSync(path)
    if ((mode & OTHERS) !== 0) {
      throw new PeerworkError('BAD_OPTION', `others can read ${path}: chmod 600`, { path })
    }
    if (size > HEADERS_BYTES_MAX) {
      throw new PeerworkError('BAD_OPTION', `${path} is over ${HEADERS_BYTES_MAX} bytes`, { path })
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof PeerworkError) throw error
    const why = (error as Error).message
    throw new PeerworkError('BAD_OPTION', `--export-headers: ${why}`, { path }, error)
  }
}
