/** What systemd knows of a service. */

import type { Systemd } from './systemd.ts'

export interface ServiceStatus {
  /** Starts by itself. */
  readonly enabled: boolean
  readonly active: boolean
  /** `active (running)`, `failed (start-limit-hit)`, … */
  readonly state: string
  /** What the agent says of itself. */
  readonly status: string
  readonly pid: number | null
  readonly restarts: number
  /** As systemd writes it; empty when it never ran. */
  readonly since: string
}

const PROPERTIES = [
  'ActiveState',
  'SubState',
  'Result',
  'MainPID',
  'NRestarts',
  'StatusText',
  'UnitFileState',
  'ActiveEnterTimestamp'
] as const

export async function statusOf(
  systemd: Pick<Systemd, 'show'>,
  unit: string
): Promise<ServiceStatus> {
  const found = await systemd.show(unit, PROPERTIES)
  const of = (name: (typeof PROPERTIES)[number]): string => found.get(name) ?? ''
  const pid = Number(of('MainPID'))
  const state = of('ActiveState')
  const detail = state === 'failed' ? of('Result') : of('SubState')
  return {
    enabled: of('UnitFileState') === 'enabled',
    active: state === 'active' || state === 'reloading' || state === 'activating',
    state: detail === '' ? state : `${state} (${detail})`,
    status: of('StatusText'),
    pid: pid > 0 ? pid : null,
    restarts: Number(of('NRestarts')) || 0,
    since: of('ActiveEnterTimestamp')
  }
}
