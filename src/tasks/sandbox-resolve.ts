/** How imports of a skill are resolved inside its runner. Runs inside the sandbox. */

import { existsSync, readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import type { ResolveFnOutput, ResolveHookContext } from 'node:module'
import { fileURLToPath } from 'node:url'
import * as skillWords from './skill.ts'

/** `skill.ts` as a module of its own: its functions need nothing around them. */
const SKILL_WORDS = `data:text/javascript,${encodeURIComponent(
  Object.entries(skillWords)
    .map(([name, word]) => `export const ${name} = ${word.toString()}`)
    .join('\n')
)}`

/** What the agent knows of a file without its types (skill-text.ts), by `file:` URL. */
const plain = new Map<string, Uint8Array>()

export function knowText(url: string, text: Uint8Array): void {
  plain.set(url, text)
}

/** Packages that a skill without a package of its own may still use. */
const LENT = /^zod(?:\/|$)/

/**
 * `peerwork` is always this Peerwork, and only its skill-facing part: a skill must not load a
 * second network stack. `zod` falls back to Peerwork's own copy, so that a lone file works.
 */
export function resolveForSkills(): void {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'peerwork') return { url: SKILL_WORDS, shortCircuit: true }
      return LENT.test(specifier) ? lend(specifier, context, next) : next(specifier, context)
    },
    load(url, context, next) {
      const text = plain.get(url)
      if (text !== undefined) return { format: 'module', source: text, shortCircuit: true }
      // Node strips types everywhere but in node_modules, where installed skills lie.
      const installed = url.startsWith('file:') && url.includes('/node_modules/')
      if (!/\.m?ts$/.test(url)) return next(url, context)
      if (!installed) {
        // A skill exports by default, also in a folder that `npm init` has made CommonJS.
        const misread = context.format === 'commonjs-typescript'
        return next(url, misread ? { ...context, format: 'module-typescript' } : context)
      }
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'))
      return { format: 'module', source, shortCircuit: true }
    }
  })
}

type Next = (specifier: string, context: ResolveHookContext) => ResolveFnOutput

/**
 * The copy that lies nearest to the skill, or else ours. Where they are the same, it comes bundled
 * (tools/bundle-zod.ts): as a hundred small modules it was 40 ms of a runner's start, as one file
 * 17. Only for `import`: what `require` gives has another shape.
 */
function lend(specifier: string, context: ResolveHookContext, next: Next): ResolveFnOutput {
  const ours = { ...context, parentURL: import.meta.url }
  let found: ResolveFnOutput
  try {
    found = next(specifier, context)
  } catch {
    found = next(specifier, ours)
  }
  const bundle = new URL(`./${specifier}.js`, import.meta.url)
  if (!context.conditions.includes('import') || !existsSync(bundle)) return found
  const same = found.url === resolvedOrNot(specifier, ours, next)?.url
  return same ? { url: bundle.href, format: 'module', shortCircuit: true } : found
}

function resolvedOrNot(
  specifier: string,
  context: ResolveHookContext,
  next: Next
): ResolveFnOutput | undefined {
  try {
    return next(specifier, context)
  } catch {
    return undefined
  }
}
