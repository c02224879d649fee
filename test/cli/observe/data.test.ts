import { chmodSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openDesk, OWNER, URL_FILE } from '../../../src/cli/observe/data.ts'
import { remember } from '../../../src/node/home.ts'
import { temporary } from '../harness.ts'

test('keys made at the desk stay, and it knows where the door was last', () => {
  const dir = temporary('desk')
  chmodSync(dir, 0o700)
  {
    using desk = openDesk(dir)
    expect(desk.url).toBeUndefined()
    desk.keys.create({ name: 'one', scopes: ['read'] }, OWNER)
    remember(dir, URL_FILE, 'http://127.0.0.1:1')
  }
  using desk = openDesk(dir)
  expect(desk.url).toBe('http://127.0.0.1:1')
  expect(desk.keys.list().map(({ name }) => name)).toEqual(['one'])
})

test('a directory that others can open is refused', () => {
  const dir = temporary('desk')
  chmodSync(dir, 0o755)
  expect(() => openDesk(dir)).toThrow(expect.objectContaining({ code: 'HOME_UNSAFE' }))
})
