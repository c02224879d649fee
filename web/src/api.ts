/** The observer's read API, as its description says it: `/api/docs`. */

/** A problem as the API tells it (RFC 9457), or that nobody answers. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** When to ask again, ms; nothing when that makes no sense. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, code: string, message: string, retryAfterMs?: number) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

type Parameters = Readonly<Record<string, string | number | undefined>>

/** @throws ApiError; an `AbortError` when the signal says so */
export function get<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  const text = search.toString()
  return ask<T>(text === '' ? path : `${path}?${text}`, signal === undefined ? {} : { signal })
}

/** A change. @throws ApiError */
export function send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown) {
  // No form and no other page can send this header.
  const own = { 'x-peerwork': '1' }
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  return ask<T>(path, {
    ...{ method, headers: { ...own, ...json } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin' })
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    throw new ApiError(0, 'UNREACHABLE', 'The observer does not answer. Is it still running?')
  }
  if (!response.ok) throw await problemOf(response)
  return (response.status === 204 ? undefined : await response.json()) as T
}

async function problemOf(response: Response): Promise<ApiError> {
  const { status, headers } = response
  const told = (await response.json().catch(() => ({}))) as { code?: string; detail?: string }
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined
  const words = told.detail ?? `The observer answered with ${status}.`
  return new ApiError(status, told.code ?? String(status), words, retryAfterMs)
}
