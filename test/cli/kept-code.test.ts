/** bin/kept-code.js: what runs a bundle and keeps the code that was compiled of it. */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { temporary } from './harness.ts'

const KEEPER = pathToFileURL(resolve('bin/kept-code.js')).href
const SCRIPT = `
const other = require('./other.cjs')
const { hostname } = require('node:os')
exports.hello = () => 'hello ' + other.name + (typeof hostname())[0]
exports.more = (n) => { let all = ''; for (let i = 0; i < n; i++) all += i; return all }
`

interface Place {
  readonly script: string
  readonly cache: string
}

function place(text = SCRIPT): Place {
  const folder = temporary('bundle')
  writeFileSync(join(folder, 'other.cjs'), `module.exports = { name: 'you' }`)
  writeFileSync(join(folder, 'main.cjs'), text)
  return { script: join(folder, 'main.cjs'), cache: join(folder, 'cache') }
}

/** What a process of its own prints that runs the script and then this. */
function play({ script, cache }: Place, what: string, env: Record<string, string> = {}) {
  // A run that measures coverage turns the cache off for everything it starts.
  const { NODE_DISABLE_COMPILE_CACHE: _off, NODE_V8_COVERAGE: _measured, ...rest } = process.env
  const text = `const { run } = await import(${JSON.stringify(KEEPER)})
    const file = ${JSON.stringify(script)}
    ${what}`
  const args = ['--input-type=module', '--eval', text]
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...rest, NODE_COMPILE_CACHE: cache, ...env }
  })
  return `${stdout}${stderr}`.trim()
}

const HELLO = 'console.log(run(file).hello())'

/** The file that holds the code of `main.cjs`. */
function kept({ cache }: Place): string {
  const [version = ''] = readdirSync(cache)
  const folder = join(cache, version, 'bundles')
  const name = readdirSync(folder).find((file) => file.startsWith('main.cjs-'))
  return join(folder, name ?? 'none')
}

test('a script runs once, as does what it requires', () => {
  const here = place()
  const same = `console.log(run(file).hello(), run(file) === run(file))`
  expect(play(here, same)).toBe('hello yous true')
})

test('what is used later is kept too, and nobody else can read it', () => {
  const here = place()
  expect(play(here, HELLO)).toBe('hello yous')
  const { size, mode } = statSync(kept(here))
  expect(mode & 0o777).toBe(0o600)
  expect(play(here, 'console.log(run(file).more(3))')).toBe('012')
  expect(statSync(kept(here)).size).toBeGreaterThan(size)
})

test('what was kept is not lost to a process that uses less', () => {
  const here = place()
  play(here, 'run(file).more(3); run(file).hello()')
  const { size } = statSync(kept(here))
  play(here, 'run(file)')
  expect(statSync(kept(here)).size).toBe(size)
})

test('after the first processes nobody writes any more', () => {
  const here = place()
  for (let at = 0; at < 6; at++) play(here, HELLO)
  utimesSync(kept(here), 1, 1)
  expect(play(here, 'console.log(run(file).more(2))')).toBe('01')
  expect(statSync(kept(here)).mtimeMs).toBe(1000)
})

test('code of another text is not taken, also when that is as long', () => {
  const here = place()
  play(here, HELLO)
  writeFileSync(here.script, SCRIPT.replace("'hello '", "'adieu '"))
  expect(play(here, HELLO)).toBe('adieu yous')
  expect(play(here, HELLO)).toBe('adieu yous')
})

test.for([0, 6, 20, 200, -1])('a byte that was changed at %i does no harm', (at) => {
  const here = place()
  play(here, HELLO)
  const bytes = readFileSync(kept(here))
  const index = at < 0 ? bytes.length + at : at
  bytes.writeUInt8(bytes.readUInt8(index) ^ 0xff, index)
  writeFileSync(kept(here), bytes)
  expect(play(here, HELLO)).toBe('hello yous')
})

test.for([0, 5, 12, 100])('a file that ends after %i bytes does no harm', (length) => {
  const here = place()
  play(here, HELLO)
  writeFileSync(kept(here), readFileSync(kept(here)).subarray(0, length))
  expect(play(here, HELLO)).toBe('hello yous')
  expect(statSync(kept(here)).size).toBeGreaterThan(length)
})

test('code of other settings of V8 is not taken', () => {
  const here = place()
  play(here, HELLO)
  expect(play(here, HELLO, { NODE_OPTIONS: '--jitless' })).toBe('hello yous')
})

test('where Node keeps nothing, neither does this', () => {
  const here = place()
  expect(play(here, HELLO, { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('hello yous')
  expect(existsSync(here.cache)).toBe(false)
})

test('a folder that cannot be written is no fault', () => {
  const here = place()
  writeFileSync(here.cache, 'a file where the folder should be')
  expect(play(here, HELLO)).toBe('hello yous')
})

test('who asks again for a script that failed hears of it again', () => {
  const here = place('exports.half = 1\nthrow new Error("no good")')
  const twice = `for (const _ of [1, 2]) {
      try { console.log(run(file)) } catch (error) { console.log(error.message) }
    }`
  expect(play(here, twice)).toBe('no good\nno good')
})

test('a script is strict, and its errors name its file', () => {
  const here = place(`exports.fail = () => { undeclared = 1 }`)
  const text = `try { run(file).fail() } catch (error) { console.log(error.stack) }`
  const first = /^ReferenceError: undeclared is not defined\n\s+at .*main\.cjs:1:/
  expect(play(here, text)).toMatch(first)
})
