/**
 * Runs the files of a bundle (tools/agent-bundle.ts) and keeps the code that V8 makes of them.
 *
 * Node keeps compiled code as well (`module.enableCompileCache`), but takes it when a module has
 * just been compiled. What V8 compiles later, when a function is first called, was compiled again
 * at every start, and that was a quarter of an agent's start. A script can be asked for its code at
 * any time, so it is asked when the process ends. Each of the first processes adds what it used.
 *
 * It lies beside the code that Node keeps, and where Node keeps none, neither is this. What lies
 * there is trusted just as much.
 */

// An ES module that imports `node:fs` has all of it made, down to the editing of lines.
const { closeSync, mkdirSync, openSync, readFileSync } = process.getBuiltinModule('node:fs')
const { renameSync, rmSync, writeFileSync, writeSync } = process.getBuiltinModule('node:fs')
const { createRequire, getCompileCacheDir } = process.getBuiltinModule('node:module')
const { basename, dirname, join } = process.getBuiltinModule('node:path')
const { hash } = process.getBuiltinModule('node:crypto')
const { isMainThread } = process.getBuiltinModule('node:worker_threads')
const { Script } = process.getBuiltinModule('node:vm')

/** Processes that add what they used: starts, tasks of both sides, other commands. */
const WRITERS_MAX = 6
/** Before the code: how many wrote it (4 bytes), and digests of the file and of the code. */
const HEADER_BYTES = 68

/** Tests may run modules in contexts of their own, where an error is not what it is elsewhere. */
const elsewhere = new Script('Error').runInThisContext() !== Error

/** By the path of its file. */
const loaded = new Map()

/**
 * What a CommonJS file of a bundle exports. It runs once, like any module; what it requires by a
 * relative path is run in the same way.
 *
 * @param {string} file absolute path
 */
export function run(file) {
  const known = loaded.get(file)
  if (known !== undefined) return known.module.exports
  const source = readFileSync(file)
  const text = `(function(exports,require,module,__filename){'use strict';${source}\n})`
  const place = placeOf(file)
  const sum = digest(source)
  const kept = readKept(place, sum)
  const script = new Script(text, { filename: file, cachedData: kept?.code })
  const refused = script.cachedDataRejected === true
  // The code itself is as large as all the rest, and not held.
  const before = refused ? 0 : (kept?.writers ?? 0)
  const entry = { module: { exports: {} }, script, place, sum, before, refused }
  if (loaded.size === 0 && place !== undefined) process.once('exit', keep)
  loaded.set(file, entry)
  const { module } = entry
  const own = createRequire(file)
  const require = (name) => (name.startsWith('.') ? run(join(dirname(file), name)) : own(name))
  try {
    const body = elsewhere ? inThisRealm(source, file) : script.runInThisContext()
    body(module.exports, require, module, file)
  } catch (error) {
    // Whoever asks again shall hear it too, and not get the half of it.
    loaded.delete(file)
    throw error
  }
  return module.exports
}

/** Quicker than a checksum where the processor knows it. */
const digest = (data) => hash('sha256', data, 'buffer')

function inThisRealm(source, file) {
  const text = `'use strict';${source}\n//# sourceURL=${file}`
  // A script of `node:vm` is of the realm that Node began with.
  // oxlint-disable-next-line typescript/no-implied-eval
  return Function('exports', 'require', 'module', '__filename', text)
}

function placeOf(file) {
  const folder = isMainThread && !elsewhere ? getCompileCacheDir() : undefined
  if (folder === undefined) return undefined
  return join(folder, 'bundles', `${basename(file)}-${digest(file).toString('hex', 0, 8)}`)
}

function readKept(place, sum) {
  if (place === undefined) return undefined
  try {
    const bytes = readFileSync(place)
    const code = bytes.subarray(HEADER_BYTES)
    // V8 does not check either of them, and would run what a torn file says.
    const sums = bytes.subarray(4, HEADER_BYTES)
    if (!sums.equals(Buffer.concat([sum, digest(code)]))) return undefined
    return { code, writers: bytes.readUInt32LE(0) }
  } catch {
    return undefined
  }
}

function keep() {
  for (const { script, place, sum, before, refused } of loaded.values()) {
    if (before >= WRITERS_MAX) continue
    try {
      const code = script.createCachedData()
      const now = refused ? undefined : readKept(place, sum)
      const writers = Buffer.alloc(4)
      writers.writeUInt32LE((now?.writers ?? 0) + 1)
      // Another process may have added more meanwhile, and one that ran for long may have let go
      // of what it used at its start.
      if (now !== undefined && now.code.length >= code.length) count(place, writers)
      else replace(place, [writers, sum, digest(code), code])
    } catch {
      // A disk that is full or read-only: the next start compiles, as it would without any of this,
      // and there is nothing to be gained from asking V8 for the rest.
      return
    }
  }
}

/** Whole or not at all, also when two processes end at once. */
function replace(place, parts) {
  const own = `${place}.${process.pid}`
  mkdirSync(dirname(place), { recursive: true })
  try {
    writeFileSync(own, Buffer.concat(parts), { mode: 0o600, flag: 'wx' })
    renameSync(own, place)
  } catch (error) {
    // The part that a full disk took; or what lay there, of a process that was killed.
    rmSync(own, { force: true })
    throw error
  }
}

function count(place, writers) {
  const file = openSync(place, 'r+')
  writeSync(file, writers, 0, writers.length, 0)
  closeSync(file)
}
