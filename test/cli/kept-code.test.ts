/** bin/kept-code.js: what runs a bundle and keeps the code that was compiled of it. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
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

/** A process of its own that does this with the script. */
function start(
  { script, cache }: Place,
  what: string,
  env: Record<string, string> = {},
  [node, ...before]: readonly [string, ...string[]] = [process.execPath]
) {
  // A run that measures coverage turns the cache off for everything it starts.
  const { NODE_DISABLE_COMPILE_CACHE: _off, NODE_V8_COVERAGE: _measured, ...rest } = process.env
  const program = `const { run } = await import(${JSON.stringify(KEEPER)})
    const file = ${JSON.stringify(script)}
    ${what}`
  const args = [...before, '--input-type=module', '--eval', program]
  return spawn(node, args, { env: { ...rest, NODE_COMPILE_CACHE: cache, ...env } })
}

/** What such a process prints. */
async function play(...how: Parameters<typeof start>): Promise<string> {
  const child = start(...how)
  child.stdin.end()
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
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

test('a script runs once, as does what it requires', async () => {
  const here = place()
  const same = `console.log(run(file).hello(), run(file) === run(file))`
  expect(await play(here, same)).toBe('hello yous true')
})

test('what is used later is kept too, and nobody else can read it', async () => {
  const here = place()
  expect(await play(here, HELLO)).toBe('hello yous')
  const { size, mode } = statSync(kept(here))
  expect(mode & 0o777).toBe(0o600)
  expect(await play(here, 'console.log(run(file).more(3))')).toBe('012')
  expect(statSync(kept(here)).size).toBeGreaterThan(size)
})

test('what was kept is not lost to a process that uses less', async () => {
  const here = place()
  await play(here, 'run(file).more(3); run(file).hello()')
  const { size } = statSync(kept(here))
  await play(here, 'run(file)')
  expect(statSync(kept(here)).size).toBe(size)
})

test('what another process added meanwhile is not lost', async () => {
  const here = place()
  const slow = start(here, `${HELLO}; process.stdin.once("end", () => process.exit(0)).resume()`)
  await once(slow.stdout, 'data')
  await play(here, 'run(file).more(3); run(file).hello()')
  const { size } = statSync(kept(here))
  slow.stdin.end()
  await once(slow, 'exit')
  expect(statSync(kept(here)).size).toBe(size)
})

test('after the first processes nobody writes any more', async () => {
  const here = place()
  for (let at = 0; at < 6; at++) await play(here, HELLO)
  utimesSync(kept(here), 1, 1)
  expect(await play(here, 'console.log(run(file).more(2))')).toBe('01')
  expect(statSync(kept(here)).mtimeMs).toBe(1000)
})

test('code of another text is not taken, also when that is as long', async () => {
  const here = place()
  await play(here, HELLO)
  writeFileSync(here.script, SCRIPT.replace("'hello '", "'adieu '"))
  expect(await play(here, HELLO)).toBe('adieu yous')
  expect(await play(here, HELLO)).toBe('adieu yous')
})

test.for([0, 6, 20, 200, -1])('a byte that was changed at %i does no harm', async (at) => {
  const here = place()
  await play(here, HELLO)
  const bytes = readFileSync(kept(here))
  const index = at < 0 ? bytes.length + at : at
  bytes.writeUInt8(bytes.readUInt8(index) ^ 0xff, index)
  writeFileSync(kept(here), bytes)
  expect(await play(here, HELLO)).toBe('hello yous')
})

test.for([0, 5, 12, 100])('a file that ends after %i bytes does no harm', async (length) => {
  const here = place()
  await play(here, HELLO)
  writeFileSync(kept(here), readFileSync(kept(here)).subarray(0, length))
  expect(await play(here, HELLO)).toBe('hello yous')
  expect(statSync(kept(here)).size).toBeGreaterThan(length)
})

test('code of other settings of V8 is not taken', async () => {
  const here = place()
  await play(here, HELLO)
  expect(await play(here, HELLO, { NODE_OPTIONS: '--jitless' })).toBe('hello yous')
})

test('where Node keeps nothing, neither does this', async () => {
  const here = place()
  expect(await play(here, HELLO, { NODE_DISABLE_COMPILE_CACHE: '1' })).toBe('hello yous')
  expect(existsSync(here.cache)).toBe(false)
})

test('a disk that is full keeps no piece of what it could not take', async () => {
  const here = place()
  // Files of one block at most, which is less than the code of a script.
  const limited = ['sh', '-c', 'ulimit -f 1; exec "$0" "$@"', process.execPath] as const
  expect(await play(here, HELLO, {}, limited)).toBe('hello yous')
  const [version = ''] = readdirSync(here.cache)
  expect(readdirSync(join(here.cache, version, 'bundles'))).toEqual([])
})

test('what lies where a process would write is not written through, nor in the way', async () => {
  const here = place()
  await play(here, HELLO)
  const theirs = join(dirname(here.script), 'theirs')
  writeFileSync(theirs, 'precious')
  const code = readFileSync(kept(here))
  const link = `const { symlinkSync } = await import('node:fs')
    symlinkSync(${JSON.stringify(theirs)}, ${JSON.stringify(kept(here))} + '.' + process.pid)`
  expect(await play(here, `${link}\nconsole.log(run(file).more(3))`)).toBe('012')
  expect(readFileSync(theirs, 'utf8')).toBe('precious')
  expect(readFileSync(kept(here))).toEqual(code)
  expect(readdirSync(dirname(kept(here)))).toHaveLength(2)
})

test('a folder that cannot be written is no fault', async () => {
  const here = place()
  writeFileSync(here.cache, 'a file where the folder should be')
  expect(await play(here, HELLO)).toBe('hello yous')
})

test('who asks again for a script that failed hears of it again', async () => {
  const here = place('exports.half = 1\nthrow new Error("no good")')
  const twice = `for (const _ of [1, 2]) {
      try { console.log(run(file)) } catch (error) { console.log(error.message) }
    }`
  expect(await play(here, twice)).toBe('no good\nno good')
})

test('in a context of its own, as tests have, its errors are errors there', async () => {
  const here = place(
    `exports.fails = () => { undeclared = 1 }\nexports.Failure = class extends Error {}`
  )
  const text = `const { createContext, runInContext, SourceTextModule } = await import('node:vm')
    const { readFileSync } = await import('node:fs')
    const context = createContext({ process, Buffer })
    const keeper = readFileSync(new URL(${JSON.stringify(KEEPER)}), 'utf8')
    const module = new SourceTextModule(keeper, { context })
    await module.link(() => {})
    await module.evaluate()
    const { fails, Failure } = module.namespace.run(file)
    const Theirs = runInContext('Error', context)
    try { fails() } catch (error) { console.log(error instanceof Theirs, error.stack) }
    console.log(new Failure() instanceof Theirs)`
  const said = await play(here, text, { NODE_OPTIONS: '--experimental-vm-modules --no-warnings' })
  expect(said).toMatch(/^true ReferenceError: undeclared.*\n\s+at .*main\.cjs:[^]*\ntrue$/)
})

test('a script is strict, and its errors name its file', async () => {
  const here = place(`exports.fail = () => { undeclared = 1 }`)
  const text = `try { run(file).fail() } catch (error) { console.log(error.stack) }`
  const first = /^ReferenceError: undeclared is not defined\n\s+at .*main\.cjs:1:/
  expect(await play(here, text)).toMatch(first)
})
