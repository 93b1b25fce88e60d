// Hostile documents in a real browser, without the policies that protect pages: sanitised, they run and load nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import { sanitizeContent } from '#content/html.ts'
import { HOSTILE_HTML } from '../hostile-html.ts'
import { openBrowser } from './browser.ts'

const browser = await openBrowser()
const skip = typeof browser === 'string' ? browser : false

/** In the browser. */
const TOUCH_ALL = `(async () => {
  for (const element of document.querySelectorAll('*')) {
    for (const type of ['mouseover', 'focus', 'load', 'error']) element.dispatchEvent(new Event(type))
    const address = element.getAttribute('href') ?? ''
    if (/^\\s*(java|vb)script:|^\\s*data:/i.test(address) || element.onclick) element.click()
  }
  await new Promise((resolve) => setTimeout(resolve, 0))
})()`

/** Shows each document, and does to its elements what a reader can. Returns those that ran a script or asked evil.test. */
async function harmful(documents: readonly string[]): Promise<number[]> {
  const page = await (browser as Browser).newPage()
  let shown = -1
  const found = new Set<number>()
  await page.exposeFunction('steal', () => found.add(shown))
  page.on('dialog', (dialog) => void dialog.dismiss())
  await page.route('**/*', (route) => {
    if (new URL(route.request().url()).hostname.endsWith('evil.test')) found.add(shown)
    return route.abort()
  })
  for (const [n, html] of documents.entries()) {
    shown = n
    const leads_away = () => found.add(shown)
    await page.setContent(`<!doctype html><body>${html}`, { waitUntil: 'commit' }).catch(leads_away)
    await page.evaluate(TOUCH_ALL).catch(leads_away)
  }
  await page.close()
  return [...found]
}

test('as they are, many of them do harm: this test would notice it', { skip }, async () => {
  assert.ok((await harmful(HOSTILE_HTML)).length > 60)
})

test('sanitised, none of them runs a script, loads anything of the attacker, or leads away', { skip }, async () => {
  const found = await harmful(HOSTILE_HTML.map(sanitizeContent))
  assert.deepEqual(
    found.map((n) => HOSTILE_HTML[n]),
    [],
  )
})
