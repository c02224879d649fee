/** What a skill threw, in words for whoever reads the failure. Runs inside the sandbox. */

import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What Node's permission model tells of a refusal. */
interface Denied {
  readonly code?: unknown
  readonly permission?: unknown
  readonly resource?: unknown
}

export function describeThrown(thrown: unknown): string {
  try {
    if (!(thrown instanceof Error)) return `the skill threw ${String(thrown)}`
    const { code, permission, resource } = thrown as Denied
    if (code === 'ERR_ACCESS_DENIED') return deniedText(String(permission), resource)
    const name = thrown.name === 'Error' ? '' : `${thrown.name}: `
    return `${name}${thrown.message}` || 'the skill threw an error without a message'
  } catch {
    return 'the skill threw something that cannot be shown'
  }
}

/** Node's own words name a flag that nobody can set here. */
function deniedText(permission: string, resource: unknown): string {
  const what = typeof resource === 'string' && resource !== '' ? ` of ${resource}` : ''
  return `the sandbox does not allow a skill ${permission}${what}`
}

/** Why a skill file could not be imported, where in it, and what to do, as far as that is known. */
export function describeLoadFailure(thrown: unknown, file: string): string {
  const said = describeThrown(thrown)
  if (!(thrown instanceof Error)) return said
  const place = placeOf(thrown.stack ?? '', fileURLToPath(file))
  return `${place}${said}${adviceFor(thrown)}`
}

const PLACE = /(?:file:\/\/)?(\/[^\n():]+\.[cm]?[jt]s):(\d+)/g

/** The innermost line in the skill's folder, but not of a package in it. */
function placeOf(stack: string, file: string): string {
  for (const [, path = '', line = ''] of stack.matchAll(PLACE)) {
    const way = relative(dirname(file), path)
    if (way.startsWith('..') || way.includes('node_modules')) continue
    return path === file ? `line ${line}: ` : `${way}, line ${line}: `
  }
  return ''
}

function adviceFor({ message, code }: Error & { readonly code?: unknown }): string {
  if (code !== 'ERR_MODULE_NOT_FOUND') return ''
  const [, name] = /^Cannot find package '([^']+)'/.exec(message) ?? []
  if (name !== undefined) return `; install it where the skill is: npm install ${name}`
  const [, path = ''] = /^Cannot find module '([^']+)'/.exec(message) ?? []
  return /\.\w+$/.test(path) ? '' : "; an import names a file with its ending, like './part.ts'"
}
