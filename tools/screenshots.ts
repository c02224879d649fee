/**
 * Takes pictures of every view of the dashboard: a real observer, two real agents of which one
 * worked for the other, and the sample; desk and phone, light and dark.
 *
 * `make screenshots`. What the docs show goes to docs/pictures, everything to pictures/, which is
 * not kept. They are there to be looked at: docs/dashboard.md says what was found.
 */

import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { settled } from '../test/web/settled.ts'
import { viewsOf } from '../test/web/views.ts'
import { findChromium } from './chromium.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DOOR = join(ROOT, 'bin/peerwork.js')
const ALL = join(ROOT, 'pictures')
const SHOWN = join(ROOT, 'docs/pictures')
/** What a picture of the docs may have, bytes. */
const BYTES_MAX = 150 * 1024
/** After a view stands, for what it draws late, ms. */
const CALM_MS = 400
const SCREENS = {
  desk: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 }
} as const
const THEMES = ['light', 'dark'] as const

/** Those that the docs and the README show. */
const IN_DOCS = new Set([
  ...['first-desk-light', 'list-desk-light', 'list-phone-dark'],
  ...['timeline-desk-light', 'timeline-desk-dark', 'timeline-phone-light', 'span-desk-light'],
  ...['sequence-desk-light', 'transcript-desk-light', 'topology-desk-light', 'state-desk-light'],
  ...['differs-desk-light', 'network-desk-light', 'costs-desk-light', 'share-desk-light']
])

interface Stage extends AsyncDisposable {
  readonly url: string
  /** Of the browser that is signed in. */
  readonly signIn: string
  /** Two agents come, and one works for the other. */
  work(): Promise<void>
}

async function openStage(): Promise<Stage> {
  const home = mkdtempSync(join(tmpdir(), 'peerwork-pictures-'))
  const env = { ...process.env, XDG_DATA_HOME: home, XDG_CACHE_HOME: join(home, 'cache') }
  const running: ChildProcess[] = []
  const begin = (words: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, ['--conditions=source', DOOR, ...words], {
      ...{ env, cwd: home, stdio: ['ignore', 'pipe', 'inherit'] }
    })
    running.push(child)
    return child
  }
  const link = ['--preset', 'loopback', '--no-mdns', '--network', 'pictures']
  const told = await firstLine(begin(['observe', ...link, '--port', '0', '--json']))
  const { url, signIn, agent } = told as {
    readonly url: string
    readonly signIn: string
    readonly agent: { readonly addresses: readonly string[] }
  }
  const way = [...link, '--bootstrap', agent.addresses[0] ?? '']
  return {
    ...{ url, signIn },
    async work() {
      const skill = join(ROOT, 'examples/skills/shout.ts')
      const offer = ['--name', 'alice', '--skill', skill, '--open', '--json']
      await firstLine(begin(['up', ...offer, ...way]))
      const input = ['--input', '{"text":"hello"}', '--name', 'bob', '--json']
      const task = begin(['run', 'shout', ...input, ...way])
      if (task.stdout !== null) await text(task.stdout)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running.map(end))
      rmSync(home, { recursive: true, force: true })
    }
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<unknown> {
  if (stdout === null) throw new Error('it says nothing')
  for await (const line of createInterface(stdout)) {
    stdout.resume()
    return JSON.parse(line) as unknown
  }
  throw new Error('it ended without a word')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

interface Scene {
  readonly name: string
  readonly path: string
}

async function picture(page: Page, { name, path }: Scene, url: string): Promise<void> {
  await page.goto(url + path)
  for (const [screen, size] of Object.entries(SCREENS)) {
    for (const theme of THEMES) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      await settled(page)
      await sleep(CALM_MS)
      const file = `${name}-${screen}-${theme}`
      const bytes = await page.screenshot()
      writeFileSync(join(ALL, `${file}.png`), bytes)
      if (!IN_DOCS.has(file)) continue
      if (bytes.length > BYTES_MAX) throw new Error(`${file}: ${bytes.length} bytes`)
      writeFileSync(join(SHOWN, `${file}.png`), bytes)
    }
  }
}

/** What only our own pages send. */
const headers = { 'x-peerwork': '1' }

/** The run of the sample that failed, and the span in which it began to. */
async function known(page: Page, url: string): Promise<{ failed: string; span: string }> {
  const loaded = await page.request.post(`${url}/api/v1/sample`, { headers })
  const { failed } = (await loaded.json()) as { readonly failed: string }
  const spans = await page.request.get(`${url}/api/v1/traces/${failed}/spans`)
  const { items } = (await spans.json()) as { readonly items: readonly Named[] }
  return { failed, span: items.find(({ name }) => name === 'flights.book')?.span ?? '' }
}

interface Named {
  readonly name: string
  readonly span: string
}

async function takeAll(browser: Browser, stage: Stage): Promise<void> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(stage.signIn)
  await picture(page, { name: 'first', path: '/' }, stage.url)
  await stage.work()
  await sleep(CALM_MS)
  await page.goto(stage.url)
  await page.getByRole('link', { name: 'shout' }).first().waitFor()
  const { failed, span } = await known(page, stage.url)
  for (const scene of viewsOf(failed, span)) await picture(page, scene, stage.url)
  const made = await page.request.post(`${stage.url}/api/v1/shares`, {
    headers,
    data: { trace: failed }
  })
  const { url } = (await made.json()) as { readonly url: string }
  await picture(page, { name: 'share', path: new URL(url).pathname }, stage.url)
  await context.close()
}

async function main(): Promise<void> {
  for (const folder of [ALL, SHOWN]) mkdirSync(folder, { recursive: true })
  await using stage = await openStage()
  const browser = await chromium.launch({
    ...{ executablePath: findChromium(), args: ['--no-sandbox'] }
  })
  try {
    await takeAll(browser, stage)
  } finally {
    await browser.close()
  }
  const bytes = [...IN_DOCS].map((name) => statSync(join(SHOWN, `${name}.png`)).size)
  const sum = Math.round(bytes.reduce((all, one) => all + one, 0) / 1024)
  process.stdout.write(
    `pictures of every view in ${ALL}; ${bytes.length}, ${sum} KB, for the docs\n`
  )
}

await main()
