import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHush } from '../../src/tasks/hush.ts'
import type { FromRunner } from '../../src/tasks/sandbox-messages.ts'
import type { Workshop } from '../../src/tasks/work.ts'
import type { Said } from './shop.ts'
import { errorOf, openShop, skillFile, submit, valueOf } from './shop.ts'

const KEY = 'sk-open-sesame'
const failed = (message: string): FromRunner => {
  const error = { code: 'SKILL_FAILED' as const, message, facts: { seen: KEY } }
  return { type: 'failed', task: 'a', error, retire: false }
}

describe('what is said about work with secrets', () => {
  it('names no secret, nor the rest of one that contains another', () => {
    const hush = createHush({ short: KEY, long: `${KEY}-and-more` })
    expect(hush.text(`${KEY}-and-more, ${KEY}.`)).toBe('[secret], [secret].')
    const { error } = hush.message(failed(`no ${KEY}`)) as { error: unknown }
    expect(error).toMatchObject({ message: 'no [secret]', facts: { seen: '[secret]' } })
  })

  it('is left alone where a secret is a short word, or a word that programs read', () => {
    const message = failed('SKILL_FAILED at on')
    expect(createHush({ a: 'on' }).message(message)).toBe(message)
    const { error } = createHush({ a: 'SKILL_FAILED' }).message(message) as { error: unknown }
    expect(error).toMatchObject({ code: 'SKILL_FAILED', message: '[secret] at on' })
  })

  it('leaves requests as they are: they are made with the secret', () => {
    const message: FromRunner = {
      ...{ type: 'fetch', task: 'a', call: 1, method: 'GET', url: 'https://example.org/' },
      ...{ headers: [['authorization', KEY]], body: false, redirect: 'follow' }
    }
    expect(createHush({ KEY }).message(message)).toBe(message)
  })
})

describe('a skill that cannot keep its secret', () => {
  let shop: Workshop & { readonly said: Said[] }
  beforeAll(async () => {
    shop = await openShop([{ file: skillFile('blabs'), secrets: { KEY } }])
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it.each(['throw', 'exit'])('has it told to nobody when it fails (%s)', async (how) => {
    const heard = submit(shop, 'blabs', { how })
    expect(errorOf(await heard.outcome).message).toMatch(/the key is \[secret\]$/)
    const { progress, told } = heard
    expect(progress.length).toBeGreaterThan(0)
    expect(told.length).toBeGreaterThan(0)
    expect(JSON.stringify([progress, told, shop.said])).not.toContain(KEY)
    expect(JSON.stringify(shop.said)).toContain('[secret]')
  })

  it('may still answer with it', async () => {
    expect(valueOf(await submit(shop, 'blabs', { how: 'return' }).outcome)).toContain(KEY)
  })
})
