import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { FETCH_WINDOW_BYTES } from '../../src/tasks/limits.ts'
import { RequestBody } from '../../src/tasks/request-body.ts'

describe('the body of a request', () => {
  it('passes pieces on in order and gives their bytes back as credit', async () => {
    const credits: number[] = []
    const body = new RequestBody(1000, (bytes) => credits.push(bytes))
    const read = text(body.stream)
    body.take(Buffer.from('one '))
    body.take(Buffer.from('two'))
    body.end()
    expect(await read).toBe('one two')
    expect(credits).toEqual([4, 3])
  })

  it('is refused when it is sent faster than it leaves', () => {
    const body = new RequestBody(1e9, () => undefined)
    body.take(new Uint8Array(FETCH_WINDOW_BYTES))
    expect(() => body.take(new Uint8Array(1))).toThrow(
      expect.objectContaining({ code: 'MALFORMED' })
    )
  })

  it('fails its request when it is too large', async () => {
    const body = new RequestBody(5, () => undefined)
    const read = text(body.stream)
    body.take(Buffer.from('123456'))
    await expect(read).rejects.toMatchObject({ code: 'SKILL_FAILED' })
  })
})
