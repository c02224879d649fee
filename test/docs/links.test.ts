/** Every file and every section that the documentation points to is there. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** As GitHub names the heading: lower case, blanks as dashes, nothing else. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

test.each(pages)('%s links to what is there', (page) => {
  const broken: string[] = []
  for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)) {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : join(dirname(page), path)
    if (!existsSync(join(root, target))) broken.push(link)
    else if (anchor !== undefined) {
      const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text)
      if (!headings.map(anchorOf).includes(anchor)) broken.push(link)
    }
  }
  expect(broken).toEqual([])
})

test.each(pages)('%s names files that are there', (page) => {
  const named = [...read(page).matchAll(/`((?:src|test|docs|examples|bench)\/[\w./-]+\.\w+)`/g)]
  const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)))
  expect(missing).toEqual([])
})
