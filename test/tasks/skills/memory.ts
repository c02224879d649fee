import { defineSkill } from 'peerwork'
import * as z from 'zod'

/** TypeScript keeps WebAssembly with the browser's types. */
const engine = globalThis as unknown as {
  WebAssembly: { Memory: new (size: { initial: number }) => { buffer: ArrayBuffer } }
}

export default defineSkill({
  name: 'memory',
  description: 'Takes memory until it is stopped.',
  input: z.object({ of: z.enum(['heap', 'buffers', 'wasm']) }),
  output: z.number(),
  memoryMb: 64,
  run: async ({ of }) => {
    const kept: unknown[] = []
    for (;;) {
      if (of === 'heap') kept.push(Array.from({ length: 100_000 }, (_, n) => ({ n })))
      else if (of === 'buffers') kept.push(new Uint8Array(16 * 1024 * 1024).fill(1))
      else {
        const memory = new engine.WebAssembly.Memory({ initial: 256 })
        new Uint8Array(memory.buffer).fill(1)
        kept.push(memory)
      }
      if (of !== 'heap') await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
})
