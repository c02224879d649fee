/** A response's body up to a limit, as text in the page's own encoding. */

/** How far into a page its `<meta charset>` may stand, bytes (WHATWG HTML 13.2.3.2). */
const META_BYTES = 1024

export async function readBody(
  response: Response,
  bytesMax: number
): Promise<{ bytes: Buffer; truncated: boolean }> {
  if (response.body === null) return { bytes: Buffer.alloc(0), truncated: false }
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop early cancels the rest of the download.
  for await (const chunk of response.body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > bytesMax) break
  }
  const bytes = Buffer.concat(chunks)
  return { bytes: bytes.subarray(0, bytesMax), truncated: length > bytesMax }
}

/** In the encoding of the header, else of the page, else UTF-8. */
export function decodeBody(bytes: Buffer, contentType: string): string {
  const head = bytes.subarray(0, META_BYTES).toString('latin1')
  const named =
    /charset\s*=\s*["']?([\w:.-]{1,40})/i.exec(contentType)?.[1] ??
    /<meta[^<>]{0,200}charset\s*=\s*["']?([\w:.-]{1,40})/i.exec(head)?.[1]
  try {
    return new TextDecoder(named ?? 'utf-8').decode(bytes)
  } catch {
    return new TextDecoder('utf-8').decode(bytes)
  }
}
