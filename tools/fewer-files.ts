/**
 * Second step of the build: what an agent's start reads becomes a handful of files.
 *
 * Code that several entries share is split off by esbuild into some fifty files, most of them of a
 * few lines, and finding and linking them costs more of a start than running them. They are put
 * together again by when they are needed, so that no command loads more of the agent than before.
 */

import { basename, dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import type { BuildOptions, BuildResult, Metafile, Plugin } from 'esbuild'

type Split = BuildResult<{ write: false; metafile: true }>
type Output = Metafile['outputs'][string]

/** Loaded one after the other when an agent starts. */
const START = ['src/index.ts', 'src/node/network.ts', 'src/node/assemble.ts', 'src/tasks/schema.ts']
const CLI = 'src/cli/main.ts'

/** Write the files of a split build, with those that belong together as one. */
export async function writeFewer(split: Split, options: BuildOptions): Promise<void> {
  const { outputs } = split.metafile
  const groups = grouped(outputs)
  const root = options.absWorkingDir ?? '.'
  const texts = new Map(
    split.outputFiles.map(({ path, text }): [string, string] => [relative(root, path), text])
  )
  const kept = Object.entries(outputs).filter(([path, { entryPoint }]) => {
    return path.endsWith('.js') && (entryPoint !== undefined || !groups.has(path))
  })
  const names = new Set(groups.values())
  const entries = [...kept.map(([path]) => path), ...[...names].map((name) => `dist/${name}.js`)]
  await build({
    ...options,
    outbase: join(root, 'dist'),
    entryPoints: entries.map((path) => ({ in: `split:${path}`, out: path.slice(5, -3) })),
    // Also for what is imported for its effect alone.
    ignoreAnnotations: true,
    plugins: [together(outputs, groups, texts)]
  })
}

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
        if (outside) return { path: wanted, external: true }
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
        const file = `dist/${basename(path)}`
        // Beside the file that imports it, or one folder up.
        const folder = path.startsWith('..') ? '..' : '.'
        return { contents: exported(file, `${folder}/${groups.get(file)}.js`, false) }
      })
    }
  }
}
