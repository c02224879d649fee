/** What a member of a network may do. A role opens protocols; it never opens all of them. */

import * as z from 'zod/mini'

/**
 * `submit`: hand tasks to others. `execute`: offer skills and be handed tasks. `observe`: follow
 * traces. `admin`: let others in, and put them out.
 */
export const ROLES = ['submit', 'execute', 'observe', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What an invitation gives unless it says otherwise: everything but power over others. */
export const USUAL_ROLES: readonly Role[] = ['submit', 'execute', 'observe']

/** At least one, each once, in the order of `ROLES`: one set of roles has one form. */
export const roles = z.custom<readonly Role[]>((value) => {
  if (!Array.isArray(value) || value.length === 0 || value.length > ROLES.length) return false
  const places = value.map((role) => ROLES.indexOf(role as Role))
  return places.every((place, at) => place >= 0 && (at === 0 || place > (places[at - 1] ?? -1)))
})

/** The one form of a set of roles. */
export function inOrder(given: Iterable<Role>): readonly Role[] {
  const set = new Set(given)
  return ROLES.filter((role) => set.has(role))
}

export const isRole = (text: string): text is Role => ROLES.some((role) => role === text)
