/**
 * Text from strangers, made harmless for a terminal.
 *
 * Names, messages and chunks come from other agents. Escape sequences in them could move the
 * cursor, retitle the window or repaint earlier lines, and bidirectional controls could show other
 * words than were sent ("Trojan Source", CVE-2021-42574).
 */

/** Longest stranger's text on one line, characters: names and messages, not documents. */
const LABEL_LENGTH_MAX = 200

/**
 * Whole escape sequences (ECMA-48): CSI; OSC, DCS, SOS, PM and APC up to their terminator; and the
 * two-character ones.
 */
const SEQUENCE = new RegExp(
  [
    String.raw`\u001b\[[0-?]*[ -/]*[@-~]`,
    String.raw`\u001b[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?`,
    String.raw`\u001b[ -/]*[0-~]`
  ].join('|'),
  'g'
)
/** What is left of controls, except tab and newline; bidirectional and invisible formatting. */
const CONTROL = new RegExp(
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f` +
    String.raw`\u2028-\u202e\u2060-\u2069\ufeff]`,
  'g'
)

/** Several lines: tabs and newlines stay. Also removes lone surrogates. */
export function plainText(text: string): string {
  return text.toWellFormed().replace(SEQUENCE, '').replace(CONTROL, '')
}

/** One line, at most `lengthMax` characters. */
export function plainLabel(text: string, lengthMax = LABEL_LENGTH_MAX): string {
  const line = plainText(text.slice(0, 4 * lengthMax))
    .replaceAll(/\s+/g, ' ')
    .trim()
  const characters = Array.from(line)
  return characters.length <= lengthMax ? line : `${characters.slice(0, lengthMax - 1).join('')}…`
}

/** JSON for a terminal: the same value, with every risky character written as an escape. */
export function plainJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null'
  return text.replace(CONTROL, (character) => {
    if (character === '\n') return character
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
