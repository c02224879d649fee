/**
 * Glances: cheap tests beside the schemas.
 *
 * A glance lets pass only what its schema would take and return unchanged. Honest messages pass at
 * a glance, ten times faster than through a schema; whatever does not is left to the schema, which
 * has the last word and names the fault.
 */

import type * as z from 'zod/mini'

/** False means: not known, ask the schema. May throw what a hostile value throws. */
export type Glance = (value: unknown) => boolean

const glances = new WeakMap<z.ZodMiniType, Glance>()

/** The schema itself, from now on with a glance. */
export function withGlance<Schema extends z.ZodMiniType>(schema: Schema, glance: Glance): Schema {
  glances.set(schema, glance)
  return schema
}

/** The glance of a schema; of one that has none, a glance that never knows. */
export const glanceOf = (schema: z.ZodMiniType): Glance => glances.get(schema) ?? (() => false)

/** Whether a value is a plain object of exactly these fields; one that may be missing may. */
export function glanceAtFields(schemas: Readonly<Record<string, z.ZodMiniType>>): Glance {
  const entries = Object.entries(schemas).map(([key, schema]) => [key, glanceOf(schema)] as const)
  const fields = new Map(entries)
  const required = new Set(entries.filter(([, glance]) => !glance(undefined)).map(([key]) => key))
  return (value) => {
    if (!isPlain(value)) return false
    let missing = required.size
    for (const key of Object.keys(value)) {
      if (fields.get(key)?.(value[key]) !== true) return false
      if (required.has(key)) missing--
    }
    return missing === 0
  }
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  )
}
