/** A picture of few colours as PNG (https://www.w3.org/TR/png-3/): indexed, 8 bits a pixel. */

import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const BITS = 8
const INDEXED = 3

/** `#rrggbb` */
export type Colour = `#${string}`

export class Canvas {
  readonly width: number
  readonly height: number
  readonly #colours: Colour[] = []
  readonly #pixels: Uint8Array

  /** All of it is of the ground's colour at first. */
  constructor(width: number, height: number, ground: Colour) {
    this.width = width
    this.height = height
    this.#pixels = new Uint8Array(width * height)
    this.#colours.push(ground)
  }

  /** What lies outside is cut off. At most 256 colours in all. */
  fill(x: number, y: number, size: { width: number; height: number }, colour: Colour): void {
    const at = this.#indexOf(colour)
    const [left, right] = [clamp(x, this.width), clamp(x + size.width, this.width)]
    const bottom = clamp(y + size.height, this.height)
    for (let row = clamp(y, this.height); row < bottom; row++) {
      this.#pixels.fill(at, row * this.width + left, row * this.width + right)
    }
  }

  #indexOf(colour: Colour): number {
    const known = this.#colours.indexOf(colour)
    return known === -1 ? this.#colours.push(colour) - 1 : known
  }

  png(): Uint8Array<ArrayBuffer> {
    const head = Buffer.alloc(13)
    head.writeUInt32BE(this.width, 0)
    head.writeUInt32BE(this.height, 4)
    head.set([BITS, INDEXED, 0, 0, 0], 8)
    const palette = Buffer.from(this.#colours.map((colour) => colour.slice(1)).join(''), 'hex')
    // Before each line one byte: it is not filtered.
    const lines = Buffer.alloc((this.width + 1) * this.height)
    for (let row = 0; row < this.height; row++) {
      const line = this.#pixels.subarray(row * this.width, (row + 1) * this.width)
      lines.set(line, row * (this.width + 1) + 1)
    }
    const chunks = [
      chunk('IHDR', head),
      chunk('PLTE', palette),
      chunk('IDAT', deflateSync(lines)),
      chunk('IEND', Buffer.alloc(0))
    ]
    return new Uint8Array(Buffer.concat([SIGNATURE, ...chunks]))
  }
}

const clamp = (value: number, most: number): number =>
  Math.max(0, Math.min(most, Math.round(value)))

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}
