import { expect, test } from 'vitest'
import { checkSkillName, skillFile } from '../../src/cli/scaffold.ts'

test('a usable name passes', () => {
  expect(() => checkSkillName('analyse-text')).not.toThrow()
})

test.for([
  ['AnalyseText', 'analyse-text'],
  ['my_skill', 'my-skill'],
  ['Say It', 'say-it']
] as const)('%s is refused, with %s in its place', ([name, better]) => {
  expect(() => checkSkillName(name)).toThrow(`Did you mean ${better}?`)
})

test.for(['', '../x', '9lives', 'x'.repeat(65)])('"%s" is refused', (name) => {
  expect(() => checkSkillName(name)).toThrow('lower-case words')
})

test('the file tells how to run it', () => {
  expect(skillFile('shout', './shout.ts')).toContain('peerwork up --skill ./shout.ts --open')
})
