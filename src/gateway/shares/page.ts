/** The page of a share, and the same as one file that needs nothing beside itself. */

import { createHash } from 'node:crypto'
import type { ShownRun } from './shown.ts'

/** As Vite built it: `web/share.html` and the one script and style it names. */
export interface SharePage {
  readonly page: string
  readonly script: string
  readonly style: string
}

/** Where the build has the title; what previews of links read comes beside it. */
const TITLE = /<title>[^<]*<\/title>/
const PICTURE = { width: 1_200, height: 630 }

/** @param url of the page itself, the token in it */
export function pageOf({ page }: SharePage, title: string, url: string): string {
  const named = escaped(title)
  const og = Object.entries({
    ...{ type: 'website', site_name: 'Peerwork', title, url },
    description: 'The timeline of a run, shared for a while.',
    image: `${url}/card.png`,
    'image:type': 'image/png',
    'image:width': String(PICTURE.width),
    'image:height': String(PICTURE.height),
    'image:alt': `Timeline: ${title}`
  }).map(([name, value]) => `<meta property="og:${name}" content="${escaped(value)}" />`)
  const head = [
    `<title>${named}</title>`,
    ...og,
    '<meta name="twitter:card" content="summary_large_image" />'
  ].join('\n    ')
  return page.replace(TITLE, () => head)
}

/** Everything in one page, under a policy of its own that lets it do nothing else. */
export function fileOf({ script, style }: SharePage, run: ShownRun): string {
  // What would end the element it stands in, and is never meant so.
  const code = script.replaceAll(/<(?=\/script|!--)/gi, String.raw`\x3c`)
  const css = style.replaceAll(/<\/style/gi, '')
  const policy = [
    ...["default-src 'none'", `script-src '${hash(code)}'`, `style-src '${hash(css)}'`],
    ...["base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'"],
    "trusted-types 'none'"
  ].join('; ')
  const data = JSON.stringify(run).replaceAll('<', String.raw`\u003c`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<meta name="robots" content="noindex, nofollow, noarchive" />
<meta name="referrer" content="no-referrer" />
<title>${escaped(run.title)}</title>
<style>${css}</style>
</head>
<body>
<noscript>This file draws a timeline, and needs JavaScript for it.</noscript>
<div id="app"></div>
<script type="application/json" id="run">${data}</script>
<script type="module">${code}</script>
</body>
</html>
`
}

const hash = (text: string): string =>
  `sha256-${createHash('sha256').update(text).digest('base64')}`

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** What stands where a link leads nowhere, whatever the reason. */
export const NOWHERE = `<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
<title>Nothing here</title>
<h1>This link leads nowhere</h1>
<p>It may have ended, been used up or been taken back. Ask whoever gave it to you for another.</p>
</html>
`

export const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Peerwork</title>
<p>The page of shared runs was not built: run <code>make install</code> in the clone, and start the
observer again.</p></html>
`
