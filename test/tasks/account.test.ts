import { describe, expect, it } from 'vitest'
import { Account } from '../../src/tasks/account.ts'

const start = { cpuMs: 100, rssBytes: 10 }

describe('the account of a task', () => {
  it('counts from where the process stood', () => {
    const account = new Account({ wallMs: 1, depth: 0 }, start)
    account.saw({ cpuMs: 130, rssBytes: 30 })
    account.saw({ cpuMs: 140, rssBytes: 20 })
    // A process that is gone reads as zero.
    account.saw({ cpuMs: 0, rssBytes: 0 })
    account.spend({ tokens: 5, cost: 0.5 })
    expect(account.usage(12.3456)).toEqual({
      wallMs: 12.346,
      cpuMs: 40,
      peakRssBytes: 30,
      tokens: 5,
      cost: 0.5
    })
  })

  it('lets parts use up the budget, and reports only its own', () => {
    const account = new Account({ wallMs: 1, depth: 2, tokens: 10, cost: 1, cpuMs: 100 }, start)
    account.spend({ tokens: 3, cost: 0.25 })
    account.part({ cpuMs: 40, tokens: 6, cost: 0.5 })
    expect(account.overspent).toBeUndefined()
    expect(account.left(5)).toEqual({ wallMs: 5, depth: 1, cpuMs: 60, tokens: 1, cost: 0.25 })
    account.part({ cpuMs: 61, tokens: 2, cost: 0 })
    expect(account.overspent).toBe('tokens')
    expect(account.cpuSpent).toBe(true)
    expect(account.usage(1)).toMatchObject({ tokens: 3, cost: 0.25 })
    const parts = { cpuMs: 101, tokens: 8, cost: 0.5 }
    expect(account.told(1)).toMatchObject({ usage: { tokens: 3 }, parts })
  })

  it('sets aside for parts no more than there is, and gives back what they did not use', () => {
    const account = new Account({ wallMs: 1, depth: 2, tokens: 10, cost: 1 }, start)
    account.spend({ tokens: 1, cost: 0 })
    const one = account.reserve({ tokens: 4, cost: 0.5 })
    const two = account.reserve({ tokens: 5, cost: 0.5 })
    expect([one?.shares, two?.shares]).toEqual([
      { tokens: 4, cost: 0.5 },
      { tokens: 5, cost: 0.5 }
    ])
    expect(account.reserve({ tokens: 1, cost: 0 })).toBeUndefined()
    one?.settle({ cpuMs: 0, tokens: 1, cost: 0 })
    expect(account.reserve({ tokens: 4, cost: 0 })).toBeUndefined()
    const three = account.reserve({ tokens: 3, cost: 0 })
    expect(three?.shares).toEqual({ tokens: 3, cost: 0 })
    for (const part of [two, three]) part?.settle({ cpuMs: 0, tokens: 2, cost: 0.1 })
    // Alone, a part gets all that is left, and never more, whatever it asks for.
    const rest = account.reserve({ tokens: 100 })
    expect(rest?.shares).toMatchObject({ tokens: 4 })
    expect(rest?.shares.cost).toBeCloseTo(0.8)
  })

  it('sets nothing aside where there is no limit', () => {
    const account = new Account({ wallMs: 1, depth: 2 }, start)
    expect(account.reserve()?.shares).toEqual({})
    expect(account.reserve()?.shares).toEqual({})
    expect(account.reserve({ tokens: 7 })?.shares).toEqual({ tokens: 7 })
  })

  it('stops counting where no peer could read the sum', () => {
    const account = new Account({ wallMs: 1, depth: 0, cost: 1 }, start)
    for (let n = 0; n < 2; n++) account.spend({ tokens: Number.MAX_SAFE_INTEGER, cost: 1e308 })
    const { tokens, cost } = account.usage(1)
    expect([tokens, cost]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
    expect(account.exceeded('cost').facts['used']).toBeGreaterThan(1)
  })

  it('knows what is overspent, and nothing is when there is no limit', () => {
    const free = new Account({ wallMs: 1, depth: 0 }, start)
    free.spend({ tokens: 1e9, cost: 1e9 })
    expect([free.overspent, free.cpuSpent, free.bytesSpent]).toEqual([undefined, false, false])
    const account = new Account({ wallMs: 1, depth: 0, tokens: 5, cost: 1, cpuMs: 10 }, start)
    account.spend({ tokens: 5, cost: 1 })
    expect(account.overspent).toBeUndefined()
    account.spend({ tokens: 0, cost: 0.1 })
    expect(account.overspent).toBe('cost')
    account.saw({ cpuMs: 111, rssBytes: 0 })
    expect(account.cpuSpent).toBe(true)
    expect(account.exceeded('cpuMs')).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      facts: { what: 'cpuMs', used: 11, limit: 10 }
    })
  })

  it('leaves the rest to a part, one level deeper, and sets no limit where there is none', () => {
    const account = new Account({ wallMs: 9, depth: 3, tokens: 10, bytes: 5 }, start)
    account.spend({ tokens: 4, cost: 0 })
    account.bytes = 9
    expect(account.left(500.7)).toEqual({ wallMs: 500, depth: 2, tokens: 6, bytes: 0 })
    expect(account.left(-1).wallMs).toBe(1)
  })
})
