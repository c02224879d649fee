/** To which channels a rule tells. */

import { CheckField, SelectField } from '../parts/field.tsx'
import type { Channels } from '../types.ts'

interface SendToProps {
  readonly channels: Channels['channels']
  /** Undefined: all there are, and will be. */
  readonly chosen: readonly string[] | undefined
  readonly onChange: (chosen: readonly string[] | undefined) => void
  readonly may: boolean
}

const OPTIONS = [
  ['all', 'all channels'],
  ['some', 'those chosen here']
] as const

export function SendTo({ channels, chosen, onChange, may }: SendToProps) {
  return (
    <fieldset>
      <legend>Where it is told, besides the list</legend>
      <SelectField
        {...{ label: 'Channels', options: OPTIONS, disabled: !may }}
        value={chosen === undefined ? 'all' : 'some'}
        onChange={(how) => onChange(how === 'all' ? undefined : [])}
      />
      {chosen !== undefined && channels.length === 0 && (
        <p class="muted">There is none: the list alone.</p>
      )}
      {chosen !== undefined &&
        channels.map(({ id, target }) => (
          <CheckField
            key={id}
            {...{ label: id, hint: target, checked: chosen.includes(id), disabled: !may }}
            onChange={(on) =>
              onChange(on ? [...chosen, id] : chosen.filter((other) => other !== id))
            }
          />
        ))}
    </fieldset>
  )
}
