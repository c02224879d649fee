/** Attributes as bytes: JSON, compressed where that is worth it, and free to hold a NUL. */

import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { JsonObject } from '../../protocol/json.ts'
import { canonicalJson } from '../merge.ts'

/** JSON up to this long stays as it is, bytes. */
const PLAIN_BYTES_MAX = 256
/** Attributes of one span that are read back, bytes: one call of `ingest` brings 16 MiB at most. */
const GROWN_BYTES_MAX = 256 * 1024 * 1024
const PLAIN = 0
const ZSTD = 1

export function packAttributes(attributes: JsonObject): Buffer {
  const json = Buffer.from(canonicalJson(attributes))
  const small = json.length <= PLAIN_BYTES_MAX
  const body = small ? json : zstdCompressSync(json)
  return Buffer.concat([Buffer.of(small ? PLAIN : ZSTD), body])
}

export function unpackAttributes(bytes: Uint8Array): JsonObject {
  const body = bytes.subarray(1)
  const json =
    bytes[0] === PLAIN
      ? Buffer.from(body)
      : zstdDecompressSync(body, { maxOutputLength: GROWN_BYTES_MAX })
  return JSON.parse(json.toString('utf8')) as JsonObject
}
