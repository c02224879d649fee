/** Who asks, and what it may. */

/** `ingest`: bring traces. `read`: see everything. `admin`: keys, retention, alerts as well. */
export const SCOPES = ['ingest', 'read', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export interface Caller {
  /** The key's name, or `owner` for a person who signed in. */
  readonly name: string
  readonly by: 'key' | 'session'
  readonly scopes: readonly Scope[]
}

/** An admin may everything; bringing and reading do not include each other. */
export const mayCall = ({ scopes }: Caller, scope: Scope): boolean =>
  scopes.includes(scope) || scopes.includes('admin')
