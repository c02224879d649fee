/** What the workshop needs of a logger; pino's shape. */

type Say = (facts: Readonly<Record<string, unknown>>, message: string) => void

export interface WorkLog {
  readonly debug: Say
  readonly info: Say
  readonly warn: Say
  readonly error: Say
}
