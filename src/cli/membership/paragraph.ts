/** Sentences for people, inside the width of their terminal. */

import { wrap } from '../columns.ts'
import type { Output } from '../output.ts'

/** Widest line, columns: long ones are hard to read. */
const WIDTH_MAX = 90

export function paragraph(text: string, { columns }: Pick<Output, 'columns'>, indent = '  ') {
  return wrap(text, Math.min(columns, WIDTH_MAX) - indent.length).map((line) => indent + line)
}
