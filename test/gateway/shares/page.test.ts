import { expect, test } from 'vitest'
import { fileOf, pageOf } from '../../../src/gateway/shares/page.ts'
import { showRun } from '../../../src/gateway/shares/show.ts'
import { TRACE } from '../observed.ts'

const built = {
  page: '<html><head><title>A run</title></head><body></body></html>',
  script: 'const end = "</script><!--", cash = "$&$1"',
  style: 'p { content: "</style>" }'
}
const run = showRun(
  {
    summary: {
      ...{ trace: TRACE, name: '</script>$&', startUs: 1, endUs: 2, status: 'ok', spans: 0 },
      ...{ errors: 0, agents: [], tokens: 0, cost: 0, costSource: 'none', sealed: true },
      pinned: false
    },
    ...{ spans: [], attributes: [] }
  },
  'names'
)

test('the title of a page stands in it as text, whatever it is', () => {
  const html = pageOf(built, 'a "b" <c> $& & d', 'https://x.example/s/t')
  expect(html).toContain('<title>a &quot;b&quot; &lt;c&gt; $&amp; &amp; d</title>')
  expect(html).toContain('content="https://x.example/s/t/card.png"')
  expect(html.match(/<title>/g)?.length).toBe(1)
})

test('nothing in a file ends the element it stands in', () => {
  const html = fileOf(built, run)
  expect(html.match(/<\/script>/g)?.length).toBe(2)
  expect(html.match(/<\/style>/g)?.length).toBe(1)
  expect(html).not.toContain('"</script><!--"')
  expect(html).toContain('cash = "$&$1"')
  const data = /<script type="application\/json" id="run">([^<]*)<\/script>/.exec(html)?.[1] ?? ''
  expect(JSON.parse(data)).toEqual(run)
})
