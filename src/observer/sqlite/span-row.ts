/** A span as a row and back: names as numbers, ids as bytes. */

import type { SQLInputValue } from 'node:sqlite'
import { SPAN_KINDS, SPAN_STATUSES } from '../model.ts'
import type { CostSource, Source, SpanPart } from '../model.ts'
import type { Row } from './database.ts'
import type { NameField, Names } from './names.ts'

const COST_SOURCES: readonly CostSource[] = ['unknown', 'estimated', 'reported']
const SIDES = ['requester', 'executor'] as const

export const SPAN_COLUMNS = `span, source, parent, kind, name, agent, service, start, finish,
  status, error, task, skill, peer, side, waited, model, provider, tool, tokens, cost, priced,
  conversation, payload`

export const PUT_SPAN = `INSERT OR REPLACE INTO span (trace, ${SPAN_COLUMNS})
  VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`

export const bytesOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
export const hexOf = (bytes: unknown): string => {
  const view = bytes as Uint8Array
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('hex')
}

const place = <Word>(list: readonly Word[], word: Word | undefined): number | null =>
  word === undefined ? null : list.indexOf(word)

/** Values in the order of `PUT_SPAN`. Inside a transaction: names may be new. */
export function spanValues(
  part: SpanPart,
  trace: number,
  names: Names,
  { source, payload }: { source: number; payload: Uint8Array | undefined }
): SQLInputValue[] {
  const name = (field: NameField, text: string | undefined): number | null =>
    text === undefined ? null : names.number(field, text)
  return [
    ...[trace, bytesOf(part.span), source],
    part.parent === undefined ? null : bytesOf(part.parent),
    place(SPAN_KINDS, part.kind),
    ...[name('name', part.name), name('agent', part.agent), name('service', part.service)],
    ...[part.startUs ?? null, part.endUs ?? null, place(SPAN_STATUSES, part.status)],
    part.error === undefined ? null : JSON.stringify(part.error),
    part.task === undefined ? null : bytesOf(part.task),
    ...[name('skill', part.skill), name('peer', part.peer), place(SIDES, part.side)],
    ...[part.waitedMs ?? null, name('model', part.model), name('provider', part.provider)],
    name('tool', part.tool),
    part.tokens === undefined ? null : JSON.stringify(part.tokens),
    ...[part.cost ?? null, place(COST_SOURCES, part.costSource)],
    ...[name('conversation', part.conversation), payload ?? null]
  ]
}

const parsed = (text: unknown): never => JSON.parse(text as string) as never

/** @param row columns as in `SPAN_COLUMNS` */
export function spanOf(row: Row, trace: string, names: Names): SpanPart {
  const [span, source, parent, kind, name, agent, service, start, finish, status, error] = row
  const [task, skill, peer, side, waited, model, provider, tool] = row.slice(11)
  const [tokens, cost, priced, conversation] = row.slice(19)
  const text = (id: unknown): string => names.text(Number(id))
  return {
    ...{ trace, span: hexOf(span), source: sourceOf(text(source)) },
    ...(parent === null ? {} : { parent: hexOf(parent) }),
    ...(kind === null ? {} : { kind: SPAN_KINDS[Number(kind)] ?? 'other' }),
    ...(name === null ? {} : { name: text(name) }),
    ...(agent === null ? {} : { agent: text(agent) }),
    ...(service === null ? {} : { service: text(service) }),
    ...(start === null ? {} : { startUs: Number(start) }),
    ...(finish === null ? {} : { endUs: Number(finish) }),
    ...(status === null ? {} : { status: SPAN_STATUSES[Number(status)] ?? 'open' }),
    ...(error === null ? {} : { error: parsed(error) }),
    ...(task === null ? {} : { task: hexOf(task) }),
    ...(skill === null ? {} : { skill: text(skill) }),
    ...(peer === null ? {} : { peer: text(peer) }),
    ...(side === null ? {} : { side: SIDES[Number(side)] ?? 'executor' }),
    ...(waited === null ? {} : { waitedMs: Number(waited) }),
    ...(model === null ? {} : { model: text(model) }),
    ...(provider === null ? {} : { provider: text(provider) }),
    ...(tool === null ? {} : { tool: text(tool) }),
    ...(tokens === null ? {} : { tokens: parsed(tokens) }),
    ...(cost === null ? {} : { cost: Number(cost) }),
    ...(priced === null ? {} : { costSource: COST_SOURCES[Number(priced)] ?? 'unknown' }),
    ...(conversation === null ? {} : { conversation: text(conversation) })
  }
}

/** From `sourceKey`. */
export function sourceOf(text: string): Source {
  const colon = text.indexOf(':')
  const kind = text.slice(0, colon) === 'agent' ? 'agent' : 'key'
  return { kind, by: text.slice(colon + 1) }
}
