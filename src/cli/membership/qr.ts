/** A join link as a QR code in the terminal. */

import { formatJoinLink, parseJoinLink } from '../../protocol/membership/join-link.ts'
import type { Output } from '../output.ts'

/** Light modules around the code, count: readers find it with two; the standard says four. */
const BORDER = 2
/** Lines to be seen together with the code: what waits for newcomers, and the prompt. */
const LINES_BESIDE = 3

interface Code {
  readonly lines: readonly string[]
  readonly width: number
}

/**
 * The largest code that fits the terminal: a link with fewer addresses is the same invitation.
 *
 * @param force take the smallest even where it does not fit
 * @returns what to print, or the size that a terminal needs for it
 */
export async function qrOf(
  link: string,
  out: Pick<Output, 'columns' | 'rows'>,
  force: boolean
): Promise<{ readonly lines: readonly string[] } | { readonly needs: readonly [number, number] }> {
  const { addresses, ...rest } = parseJoinLink(link)
  let smallest: Code = { lines: [], width: 0 }
  for (let count = addresses.length; count > 0; count--) {
    const text = formatJoinLink({ ...rest, addresses: addresses.slice(0, count) })
    smallest = await encode(text)
    if (smallest.width <= out.columns && smallest.lines.length + LINES_BESIDE <= out.rows) {
      return smallest
    }
  }
  if (force) return smallest
  return { needs: [smallest.width, smallest.lines.length + LINES_BESIDE] }
}

async function encode(text: string): Promise<Code> {
  const { renderUnicodeCompact } = await import('uqr')
  const lines = renderUnicodeCompact(text, { ecc: 'L', border: BORDER }).split('\n')
  return { lines, width: lines[0]?.length ?? 0 }
}
