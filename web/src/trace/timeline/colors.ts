/** The tokens of the style, as a canvas needs them: read again when the theme changes. */

const LANES = 8

export interface Colors {
  readonly ground: string
  readonly surface: string
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly accent: string
  readonly error: string
  readonly warn: string
  /** On a bar. */
  readonly onBar: string
  readonly lanes: readonly string[]
  readonly font: string
}

export function readColors(element: Element): Colors {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ...{ ground: token('ground'), surface: token('surface'), ink: token('ink') },
    ...{ muted: token('muted'), line: token('line'), accent: token('accent') },
    ...{ error: token('error'), warn: token('warn'), onBar: token('on-accent') },
    lanes: Array.from({ length: LANES }, (_, at) => token(`lane-${at}`)),
    font: style.fontFamily
  }
}
