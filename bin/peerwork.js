#!/usr/bin/env node
/**
 * The door itself. Plain JavaScript that also runs on older Node versions: it finds a Node that is
 * new enough, re-runs itself there, and hands over to `src/cli/main.ts` (a clone) or
 * `dist/cli/main.js` (an installed package).
 */

import * as module from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const require = module.createRequire(import.meta.url)
// See bin/kept-code.js, though not every Node that comes here knows that way.
const { existsSync } = require('node:fs')

const NODE_MAJOR_MIN = 26
/** Set for the second run, so that a wrong binary ends in an error and not in a loop. */
const SECOND_RUN = 'PEERWORK_SECOND_RUN'
const SOURCE = '--conditions=source'

const self = fileURLToPath(import.meta.url)
const root = dirname(dirname(self))
const source = join(root, 'src', 'cli', 'main.ts')
const built = join(root, 'dist', 'cli', 'main.js')
const fromSource = existsSync(source)

const newEnough = Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN
const ready = newEnough && (!fromSource || process.execArgv.includes(SOURCE))

if (ready) {
  delete process.env[SECOND_RUN]
  cacheCompiledCode()
  if (fromSource) await import('./bundled.js')
  const { start } = await import(pathToFileURL(fromSource ? source : built).href)
  await start()
} else if (process.env[SECOND_RUN] === '1') {
  fail(`the "node" package holds Node ${process.versions.node}, not ${NODE_MAJOR_MIN} or newer`)
} else {
  const binary = newEnough ? process.execPath : packagedNode()
  if (binary === undefined) fail(`this is Node ${process.versions.node}, too old`)
  else rerun(binary)
}

/** Compiled code kept between starts saves a third of the start; failing to keep it is no fault. */
function cacheCompiledCode() {
  try {
    const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
    module.enableCompileCache?.(join(base, 'peerwork', 'compile'))
  } catch {
    // A read-only or missing home directory: start without.
  }
}

/** The binary that the `node` npm package brings, when its install script ran. */
function packagedNode() {
  try {
    const manifest = require.resolve('node/package.json')
    const name = process.platform === 'win32' ? 'node.exe' : 'node'
    const binary = join(dirname(manifest), 'bin', name)
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

function rerun(binary) {
  const flags = fromSource && !process.execArgv.includes(SOURCE) ? [SOURCE] : []
  const args = [...process.execArgv, ...flags, self, ...process.argv.slice(2)]
  const env = { ...process.env, [SECOND_RUN]: '1' }
  if (process.execve === undefined || process.platform === 'win32') runBeside(binary, args, env)
  else becomeIt(binary, args, env)
}

/** Replace this process: same pid, so signals and the exit code need no forwarding. */
function becomeIt(binary, args, env) {
  // Newer versions call execve experimental and say so on stderr; that is not the user's concern.
  process.emitWarning = () => {}
  process.execve(binary, [binary, ...args], env)
}

function runBeside(binary, args, env) {
  const { spawn } = require('node:child_process')
  const child = spawn(binary, args, { stdio: 'inherit', env })
  // Ctrl-C goes to every process of a terminal's foreground group, so the child has it already; a
  // second copy would count as the impatient second Ctrl-C.
  const onTerminal = [0, 1, 2].some((fd) => stream(fd)?.isTTY === true)
  process.on('SIGINT', () => {
    if (!onTerminal) child.kill('SIGINT')
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`cannot start ${binary}: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    // End the same way as the child did, so that shells report it truthfully.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name)
    process.kill(process.pid, signal)
  })
}

function stream(fd) {
  return [process.stdin, process.stdout, process.stderr][fd]
}

function fail(why) {
  const hint = `Install Node ${NODE_MAJOR_MIN}, or run "npm rebuild node" beside peerwork.`
  process.stderr.write(`error NODE_TOO_OLD: ${why}\nhint: ${hint}\n`)
  process.exit(1)
}
