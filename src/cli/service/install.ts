/** A unit file put in place, and taken away. */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { PeerworkError } from '../../protocol/errors.ts'
import { homeLine, MARK } from './unit.ts'

/**
 * Write the unit in one step.
 *
 * @returns whether anything changed
 * @throws PeerworkError `BAD_OPTION` when a file of that name is not ours, or is for another home
 */
export function writeUnit(path: string, text: string, home: string): boolean {
  const before = readUnit(path)
  if (before === text) return false
  if (before !== undefined) mustBeOurs(path, before, home)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, text, { mode: 0o644 })
  renameSync(`${path}.new`, path)
  return true
}

/** @returns whether there was one */
export function removeUnit(path: string, home: string): boolean {
  const before = readUnit(path)
  if (before === undefined) return false
  mustBeOurs(path, before, home)
  rmSync(path)
  return true
}

/** The unit as it is, undefined when there is none. */
export function readUnit(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function mustBeOurs(path: string, text: string, home: string): void {
  const [first = '', second = ''] = text.split('\n')
  if (!first.startsWith(MARK)) {
    throw new PeerworkError('BAD_OPTION', `${path} was not written by peerwork; move it away`, {
      path
    })
  }
  if (second === homeLine(home)) return
  const message = `${path} is for another agent (${second.slice(2)}); give this one a --name`
  throw new PeerworkError('BAD_OPTION', message, { path })
}
