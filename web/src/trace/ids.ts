/**
 * Ids as W3C Trace Context has them. What stands in an address may be anything: only what is an id
 * becomes a part of a request's path, where `..` would lead to another one.
 */

export const isTraceId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text)
export const isSpanId = (text: string): boolean => /^[0-9a-f]{16}$/.test(text)
