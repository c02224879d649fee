/** Letters for the picture of a share: those its title is made of, five by nine dots each. */

import type { Canvas, Colour } from './png.ts'

const WIDTH = 5
/** From one letter to the next, dots. */
const ADVANCE = 6
const ROWS = 9

/** Rows from above as numbers of base 32: the highest bit is the left dot. */
const GLYPHS: Readonly<Record<string, string>> = {
  ...{ A: 'ehhvhhh00', P: 'uhhuggg00', a: '00e1fhf00', c: '00ehghe00', d: '11fhhhf00' },
  ...{ e: '00ehvge00', f: '698s88800', g: '00fhhhf1e', h: 'gguhhhh00', i: '40c444e00' },
  ...{ k: 'ggikoki00', l: 'c44444e00', m: '00qllll00', n: '00uhhhh00', o: '00ehhhe00' },
  ...{ r: '00mpggg00', s: '00fge1u00', t: '88s889600', u: '00hhhjd00', w: '00hhlla00' },
  ...{ 0: 'ehjlphe00', 1: '4c4444e00', 2: 'eh1248v00', 3: 'v2421he00', 4: '26aiv2200' },
  ...{ 5: 'vgu11he00', 6: '68guhhe00', 7: 'v12488800', 8: 'ehhehhe00', 9: 'ehhf12c00' },
  ...{ ',': '00000c480', '.': '00000cc00' }
}

/** What there is no letter for is a gap. @param size of one dot, pixels */
export function write(
  canvas: Canvas,
  text: string,
  at: { readonly x: number; readonly y: number; readonly size: number },
  colour: Colour
): void {
  for (const [place, letter] of Array.from(text).entries()) {
    const rows = GLYPHS[letter]
    if (rows === undefined) continue
    for (let row = 0; row < ROWS; row++) {
      const bits = Number.parseInt(rows[row] ?? '0', 32)
      for (let dot = 0; dot < WIDTH; dot++) {
        if (((bits >> (WIDTH - 1 - dot)) & 1) === 0) continue
        const x = at.x + (place * ADVANCE + dot) * at.size
        canvas.fill(x, at.y + row * at.size, { width: at.size, height: at.size }, colour)
      }
    }
  }
}

/** pixels */
export const widthOf = (text: string, size: number): number =>
  Array.from(text).length * ADVANCE * size
