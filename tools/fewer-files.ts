/**
 * Second step of a bundle: what an agent's start reads becomes a handful of scripts.
 *
 * Code that several entries share is split off by esbuild into some fifty files, most of them of a
 * few lines, and finding and linking them costs more of a start than running them. They are put
 * together again by when they are needed, so that no command loads more of the agent than before.
 *
 * They become CommonJS, which esbuild cannot split by itself: of a script, V8 gives the compiled
 * code at any time (bin/kept-code.js), of an ES module only before it has run.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild'

type Split = BuildResult<{ write: false; metafile: true }>
type Output = Metafile['outputs'][string]

/** Loaded one after the other when an agent starts. */
const START = ['src/index.ts', 'src/node/network.ts', 'src/node/assemble.ts', 'src/tasks/schema.ts']
const CLI = 'src/cli/main.ts'

/** In a script, `import.meta.url` is this. */
const URL_BANNER = `const __url=require('node:url').pathToFileURL(__filename).href;`

/** Write the files of a split build as scripts, with those that belong together as one. */
export async function writeFewer(split: Split, options: BuildOptions): Promise<void> {
  const { outputs } = split.metafile
  const groups = grouped(outputs)
  const root = options.absWorkingDir ?? '.'
  const out = relative(root, options.outdir ?? '.')
  const texts = new Map(
    split.outputFiles.map(({ path, text }): [string, string] => [relative(root, path), text])
  )
  const kept = Object.entries(outputs).filter(([path, { entryPoint }]) => {
    return path.endsWith('.js') && (entryPoint !== undefined || !groups.has(path))
  })
  const names = new Set(groups.values())
  const entries = [...kept.map(([path]) => path), ...[...names].map((name) => `${out}/${name}.js`)]
  const { outputFiles } = await build({
    ...options,
    write: false,
    outbase: out,
    entryPoints: entries.map((path) => ({ in: `split:${path}`, out: withoutEnd(out, path) })),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    banner: { js: URL_BANNER },
    define: { 'import.meta.url': '__url' },
    // A script may not import; what it wants later it requires then.
    supported: { 'dynamic-import': false },
    // Also for what is imported for its effect alone.
    ignoreAnnotations: true,
    plugins: [together(out, outputs, groups, texts)]
  })
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, path.endsWith('.cjs') ? withoutCopies(path, text) : text)
  }
}

/**
 * What esbuild exports and imports it copies, a getter for each name. All that is needed is that a
 * module of Node is its own default export, and that a script is known as an ES module was.
 */
function withoutCopies(path: string, text: string): string {
  const exported = /module\.exports=__toCommonJS\((\w+)\);/
  if (!exported.test(text)) throw new Error(`${path} exports in another way than it did`)
  return text
    .replace(exported, 'module.exports=__defProp($1,"__esModule",{value:!0});')
    .replaceAll(/__toESM\((require\("[a-z][\w:/]*"\))(?:,1)?\)/g, '__ofNode($1)')
    .replace(URL_BANNER, `$&const __ofNode=own=>({__proto__:own,default:own});`)
}

const asScript = (path: string): string => path.replace(/\.js$/, '.cjs')

const withoutEnd = (out: string, path: string): string =>
  relative(out, path).slice(0, -'.js'.length)

/** The group of each file that is in one. */
function grouped(outputs: Metafile['outputs']): ReadonlyMap<string, string> {
  const at = (entry: string): string => {
    const found = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry)
    if (found === undefined) throw new Error(`${entry} is no file of its own`)
    return found[0]
  }
  const [library, network, ...others] = START.map((entry) => closure(outputs, [at(entry)]))
  const main = closure(outputs, [at(CLI)])
  const commands = [...main].flatMap((path) => imports(outputs[path], 'dynamic-import'))
  // The first that holds a file has it.
  const sets: readonly [string, ReadonlySet<string> | undefined][] = [
    ['start-main', main],
    ['start-common', closure(outputs, commands)],
    ['start-agent', library],
    ['start-network', network]
  ]
  const start = new Set([library, network, ...others].flatMap((set) => [...(set ?? [])]))
  return new Map(
    [...start].map((path): [string, string] => [
      path,
      sets.find(([, set]) => set?.has(path) === true)?.[0] ?? 'start-rest'
    ])
  )
}

/** These files and all that they cannot run without. */
function closure(outputs: Metafile['outputs'], roots: readonly string[]): ReadonlySet<string> {
  const found = new Set(roots)
  // A set may grow while it is walked.
  for (const path of found) {
    for (const needed of imports(outputs[path], 'import-statement')) found.add(needed)
  }
  return found
}

function imports(output: Output | undefined, wanted: string): readonly string[] {
  const inside = output?.imports.filter(({ kind, external }) => kind === wanted && !external)
  return inside?.map(({ path }) => path) ?? []
}

/** Reads what the first step made from memory; each export of a group's files has its own name. */
function together(
  out: string,
  outputs: Metafile['outputs'],
  groups: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>
): Plugin {
  const numbers = new Map([...groups.keys()].map((path, at): [string, number] => [path, at]))
  const exported = (path: string, from: string, inward: boolean): string => {
    const names = (outputs[path]?.exports ?? []).map((name) => {
      const long = `${name}$${numbers.get(path)}`
      return inward ? `${name} as ${long}` : `${long} as ${name}`
    })
    return `export{${names.join(',')}}from${JSON.stringify(from)}\n`
  }
  return {
    name: 'together',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^split:/ }, ({ path: wanted }) => {
        const path = wanted.slice('split:'.length)
        if (outputs[path] === undefined) return { path, namespace: 'group' }
        return { path, namespace: groups.has(path) ? 'stub' : 'split' }
      })
      onResolve({ filter: /^\.\.?\// }, ({ path: wanted, importer, kind, namespace }) => {
        const path = join(dirname(importer), wanted)
        const group = groups.get(path)
        const outside = kind === 'dynamic-import' || namespace === 'stub' || group === undefined
        if (outside) return { path: asScript(wanted), external: true }
        const own = namespace === 'group' || groups.get(importer) === group
        return own
          ? { path, namespace: 'split' }
          : { path: `${dirname(wanted)}/${basename(path)}`, namespace: 'stub' }
      })
      onResolve({ filter: /^[^.]/ }, ({ path, kind }) => {
        return kind === 'entry-point' ? undefined : { path, external: true }
      })
      onLoad({ filter: /./, namespace: 'split' }, ({ path }) => ({
        contents: texts.get(path) ?? ''
      }))
      onLoad({ filter: /./, namespace: 'group' }, ({ path }) => {
        const members = [...groups].filter(([, name]) => name === basename(path, '.js'))
        const lines = members.map(([member]) => exported(member, `./${basename(member)}`, true))
        return { contents: lines.join('') }
      })
      onLoad({ filter: /./, namespace: 'stub' }, ({ path }) => {
        const file = `${out}/${basename(path)}`
        // Beside the file that imports it, or one folder up.
        const folder = path.startsWith('..') ? '..' : '.'
        return { contents: exported(file, `${folder}/${groups.get(file)}.js`, false) }
      })
    }
  }
}
