import { describe, expect, it } from 'vitest'
import { createAdmission } from '../../src/tasks/admission.ts'

const denied = expect.objectContaining({ code: 'NOT_ADMITTED' }) as Error

describe('admission', () => {
  it('lets nobody in unless told otherwise, and says what to run', () => {
    const admission = createAdmission({ allow: [], open: false })
    expect(admission.mode()).toBe('nobody')
    expect(() => admission.check('peer-a')).toThrow(denied)
    expect(() => admission.check('peer-a')).toThrow('peerwork up --allow peer-a')
  })

  it('lets in who is listed, and nobody else', () => {
    const admission = createAdmission({ allow: ['peer-a'], open: false })
    expect(admission.mode()).toBe('listed')
    admission.check('peer-a')
    expect(() => admission.check('peer-b')).toThrow(denied)
  })

  it('can be changed while it runs', () => {
    const admission = createAdmission({ allow: [], open: false })
    admission.allow('peer-a')
    admission.check('peer-a')
    admission.disallow('peer-a')
    expect(() => admission.check('peer-a')).toThrow(denied)
    expect(admission.mode()).toBe('nobody')
  })

  it('opens and closes while it runs', () => {
    const admission = createAdmission({ allow: ['peer-a'], open: false })
    admission.open(true)
    admission.check('peer-b')
    expect(admission.mode()).toBe('everybody')
    admission.open(false)
    expect(() => admission.check('peer-b')).toThrow(denied)
    admission.check('peer-a')
  })

  it('takes a new list from a file and keeps those allowed by hand', () => {
    const admission = createAdmission({ allow: ['hand'], open: false })
    admission.list(['one', 'two'])
    admission.check('two')
    admission.list(['one'])
    expect(() => admission.check('two')).toThrow(denied)
    admission.check('hand')
  })

  it('lets a guest in for a visit, whose end takes nothing else away', () => {
    const admission = createAdmission({ allow: ['peer-a'], open: false })
    const [one, two] = [admission.admit('guest'), admission.admit('guest')]
    admission.admit('peer-a')()
    admission.check('peer-a')
    one()
    one()
    admission.check('guest')
    expect(admission.lists('guest')).toBe(false)
    two()
    expect(() => admission.check('guest')).toThrow(denied)
  })

  it('knows whom the operator named, also when everybody is let in', () => {
    const admission = createAdmission({ allow: ['peer-a'], open: true })
    admission.list(['peer-b'])
    expect(['peer-a', 'peer-b', 'peer-c'].map(admission.lists)).toEqual([true, true, false])
  })

  it('lets everybody in when it is open', () => {
    const admission = createAdmission({ allow: [], open: true })
    admission.check('anybody')
    expect(admission.mode()).toBe('everybody')
  })
})
