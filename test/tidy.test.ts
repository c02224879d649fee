/**
 * The house rules, as a test: what is only written down is forgotten, what fails is kept.
 *
 * Every source file is read once; each fault is told as `file:line: what is wrong`. Rules that the
 * linter knows (length of functions, number of parameters, no `any`) are in `.oxlintrc.json`, and
 * the last test here makes sure that they stay there.
 */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const LINES_MAX = 300
/** Half of all files are at most this long: the aim is 90, and this is where the alarm rings. */
const LINES_MEDIAN_MAX = 120
const COLUMNS_MAX = 100

/** Who may open whose door. A room may always open its own; `.` is the public barrel. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  tasks: ['protocol'],
  node: ['protocol', 'tasks'],
  observer: ['protocol', 'tasks', 'node'],
  gateway: ['protocol', 'tasks', 'node', 'observer'],
  // For code that is no agent: it is bundled into other people's programs.
  trace: ['protocol'],
  cli: ['protocol', 'tasks', 'node', 'observer', 'gateway', '.'],
  '.': ['protocol', 'tasks', 'node', 'observer']
}

interface Ban {
  readonly pattern: RegExp
  readonly why: string
  /** Files in which it is allowed. */
  readonly except?: RegExp
}
const BANS: readonly Ban[] = [
  { pattern: /\b(?:FIXME|XXX|TODO)\b/, why: 'leftover note: do it, or write an issue' },
  {
    pattern: /^export default /,
    why: 'default export: use a name',
    except: /^src\/cli\/scaffold\.ts$/
  },
  { pattern: /^export \* from/, why: 'barrel: name what is exported' },
  { pattern: /\bconsole\./, why: 'console: use the logger', except: /^src\/cli\// },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\brandom(?:Bytes|UUID|Int)\b/,
    why: 'ambient time or chance: take a clock',
    except: /^src\/(?:node|trace)\/clock\.ts$/
  },
  {
    pattern: /from '(?:libp2p|@libp2p\/|@chainsafe\/|@multiformats\/|it-pipe)/,
    why: 'libp2p outside src/node',
    except: /^src\/node\//
  },
  {
    pattern: /from 'node:(?:fs|net|http|https|dgram|child_process|worker_threads|os|timers)\b/,
    why: 'the protocol room is pure',
    except: /^src\/(?!protocol\/)/
  }
]

/** What a test of their own could not say more about: types, names, and whole processes. */
const UNTESTED = new Set([
  'src/index.ts',
  'src/node/agent-init.ts',
  'src/node/api.ts',
  'src/node/diagnosis/link.ts',
  'src/node/discovery-options.ts',
  'src/node/membership/api.ts',
  'src/node/routing/told.ts',
  'src/node/task-life.ts',
  'src/node/trace/api.ts',
  'src/observer/model.ts',
  'src/observer/otlp/span.ts',
  'src/observer/store.ts',
  'src/protocol/constants.ts',
  'src/tasks/limits.ts',
  'src/tasks/skill.ts',
  'src/tasks/skill-trace.ts',
  'src/tasks/work.ts',
  'src/tasks/sandbox-entry.ts'
])

/** Rooms whose one door is tested whole: each store of traces runs the same suite. */
const SUITES: Readonly<Record<string, string>> = {
  'src/observer/postgres/': 'test/observer/postgres/open.test.ts',
  'src/observer/sqlite/': 'test/observer/sqlite/open.test.ts'
}
const suiteOf = (file: string): string | undefined =>
  Object.entries(SUITES).find(([room]) => file.startsWith(room))?.[1]

const read = (file: string): string => readFileSync(file, 'utf8')
const files = globSync('src/**/*.ts').map(normalize).toSorted()
const text = new Map(files.map((file) => [file, read(file)]))
/** The dashboard's own source: other globals and other tests, the same shape. */
const web = globSync('web/src/**/*.{ts,tsx}').map(normalize).toSorted()
const everywhere = [
  ...globSync('{src,test,examples,bench,tools,bin}/**/*.{ts,js}').map(normalize),
  ...web
]

const linesOf = (body: string): string[] => body.replace(/\n$/, '').split('\n')
const isComment = (line: string): boolean => /^\s*(?:\*|\/\/|\/\*)/.test(line)
const testOf = (file: string): string => file.replace(/^src/, 'test').replace(/\.ts$/, '.test.ts')

test('every line fits in one column', () => {
  const faults: string[] = []
  for (const file of everywhere) {
    for (const [index, line] of linesOf(read(file)).entries()) {
      if (line.length > COLUMNS_MAX && !line.includes('https://')) {
        faults.push(`${file}:${index + 1}: ${line.length} columns`)
      }
    }
  }
  expect(faults).toEqual([])
})

test('every file fits on a few screens, and half of them on one or two', () => {
  const bodies = [...text, ...web.map((file) => [file, read(file)] as const)]
  const lengths = bodies.map(([file, body]) => ({ file, lines: linesOf(body).length }))
  const long = lengths.filter(({ lines }) => lines > LINES_MAX)
  expect(long.map(({ file, lines }) => `${file}: ${lines} lines`)).toEqual([])
  const sorted = lengths.map(({ lines }) => lines).toSorted((a, b) => a - b)
  expect(sorted[sorted.length >> 1]).toBeLessThanOrEqual(LINES_MEDIAN_MAX)
})

test('nothing banned is in the source', () => {
  const faults: string[] = []
  for (const [file, body] of text) {
    for (const [index, line] of linesOf(body).entries()) {
      if (isComment(line)) continue
      for (const { pattern, why, except } of BANS) {
        if (pattern.test(line) && !except?.test(file)) faults.push(`${file}:${index + 1}: ${why}`)
      }
    }
  }
  expect(faults).toEqual([])
})

test('every file begins by saying what it is', () => {
  const silent = [...files, ...web].filter((file) => !read(file).startsWith('/**'))
  expect(silent).toEqual([])
})

test('every room is on the list, and doors open one way, down', () => {
  const faults: string[] = []
  for (const file of files) {
    const from = roomOf(file)
    if (DOORS[from] === undefined) faults.push(`${file}: no such room`)
    for (const target of importsOf(file)) {
      const to = roomOf(target)
      if (!text.has(target)) faults.push(`${file} imports ${target}, which is not there`)
      else if (from !== to && !DOORS[from]?.includes(to)) faults.push(`${file} imports ${target}`)
    }
  }
  expect(faults).toEqual([])
})

test('there are no import cycles, not even through types', () => {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    } else if (!done.has(file)) {
      for (const target of importsOf(file)) visit(target, [...path, file])
      done.add(file)
    }
  }
  for (const file of files) visit(file, [])
  expect(cycles).toEqual([])
})

test('every source file has a test at the same address', () => {
  const missing = files.filter((file) => {
    return !UNTESTED.has(file) && !existsSync(testOf(file)) && !existsSync(suiteOf(file) ?? '')
  })
  expect(missing).toEqual([])
})

test('every exception to that still is one', () => {
  const stale = [...UNTESTED].filter((file) => !text.has(file) || existsSync(testOf(file)))
  expect(stale).toEqual([])
})

test('every test of a room has its source', () => {
  const rooms = Object.keys(DOORS).filter((room) => room !== '.')
  const named = globSync(`test/{${rooms.join(',')}}/**/*.test.ts`).map(normalize)
  const orphans = named.filter((file) => {
    const about = read(file).startsWith('/**')
    const source = file.replace(/^test/, 'src').replace(/\.test\.ts$/, '.ts')
    return !about && !text.has(source)
  })
  expect(orphans, 'a test of no one file begins with a comment that says what it is of').toEqual([])
})

test('the linter keeps functions short, parameters few and types honest', () => {
  const rules = read('.oxlintrc.json')
  for (const rule of [
    /"max-lines-per-function": \[\s*"error",\s*\{ "max": 70,/,
    /"max-params": \["error", 4\]/,
    /"typescript\/no-explicit-any": "error"/,
    /"import\/no-cycle": "error"/
  ]) {
    expect(rules).toMatch(rule)
  }
})

/** Relative imports of a file, static and dynamic, of values and of types. */
function importsOf(file: string): string[] {
  const found = text.get(file)?.matchAll(/(?:from|import)[ (]*'(\.[^']+\.ts)'/g) ?? []
  return [...found].map((match) => join(dirname(file), match[1] ?? ''))
}

function roomOf(file: string): string {
  const [, room = '.', rest] = file.split('/')
  return rest === undefined ? '.' : room
}
