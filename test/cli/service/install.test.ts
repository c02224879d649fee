import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readUnit, removeUnit, writeUnit } from '../../../src/cli/service/install.ts'
import { homeLine, MARK } from '../../../src/cli/service/unit.ts'
import { temporary } from '../harness.ts'

const text = `${MARK} x\n${homeLine('/a')}\n[Service]\n`

test('a unit is written once, and again only when it changed', () => {
  const path = join(temporary('units'), 'systemd', 'user', 'a.service')
  expect(writeUnit(path, text, '/a')).toBe(true)
  const { mtimeMs } = statSync(path)
  expect(writeUnit(path, text, '/a')).toBe(false)
  expect(statSync(path).mtimeMs).toBe(mtimeMs)
  expect(writeUnit(path, `${text}#`, '/a')).toBe(true)
  expect(readUnit(path)).toBe(`${text}#`)
  expect(removeUnit(path, '/a')).toBe(true)
  expect(removeUnit(path, '/a')).toBe(false)
})

test('a unit that somebody else wrote is left alone', () => {
  const path = join(temporary('units'), 'a.service')
  writeFileSync(path, '[Service]\n')
  expect(() => writeUnit(path, text, '/a')).toThrow('was not written by peerwork')
  expect(() => removeUnit(path, '/a')).toThrow('was not written by peerwork')
  expect(readFileSync(path, 'utf8')).toBe('[Service]\n')
})

test('the unit of another home is left alone', () => {
  const path = join(temporary('units'), 'a.service')
  writeUnit(path, text, '/a')
  expect(() => writeUnit(path, text.replace('/a', '/b'), '/b')).toThrow('is for another agent')
  expect(() => removeUnit(path, '/b')).toThrow('is for another agent (Home: /a)')
})
