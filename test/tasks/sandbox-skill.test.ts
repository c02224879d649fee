import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { describeIssues, loadSkill } from '../../src/tasks/sandbox-skill.ts'
import { skillFile } from './shop.ts'

describe('issues of a schema, in words', () => {
  it('name the place, and count what they leave out', () => {
    const issues = [
      { message: 'bad' },
      { message: 'worse', path: ['a', 0] },
      { message: 'worst', path: [{ key: 'b' }] },
      { message: 'unseen' }
    ]
    expect(describeIssues(issues)).toBe('bad; at /a/0: worse; at /b: worst; and 1 more')
  })
})

describe('a loaded skill', () => {
  it('has the defaults of what it leaves out', async () => {
    const url = pathToFileURL(skillFile('echo')).href
    const { offer } = await loadSkill(url, null)
    expect(offer).toMatchObject({ memoryMb: 256, concurrency: 1, timeoutMs: null, hosts: [] })
  })

  it('computes its hosts from the configuration', async () => {
    const url = pathToFileURL(skillFile('fetches')).href
    const { offer } = await loadSkill(url, { hosts: ['a.test'] })
    expect(offer.hosts).toEqual(['a.test'])
  })
})
