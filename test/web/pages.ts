// The pages of the Console in a browser, for tests: signed in, and with everything that goes wrong in them collected.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export type Opened = {
  page: Page
  context: BrowserContext
  /** What the console of the browser complained of, and requests to other servers. */
  complaints: string[]
  close(): Promise<void>
}

/** Opens a page of its own, as a person who is not signed in. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ baseURL: url, viewport: { width: 1440, height: 900 }, ...options })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  context.on('request', (request) => {
    const asked = new URL(request.url())
    if (/^https?:$/.test(asked.protocol) && asked.origin !== url) complaints.push(`asked ${request.url()}`)
  })
  return { page, context, complaints, close: () => context.close() }
}

/** The same, signed in with an access token. */
export async function openConsole(
  browser: Browser,
  { url, token, ...options }: { url: string; token: string } & BrowserContextOptions,
): Promise<Opened> {
  const opened = await openPage(browser, url, options)
  const answer = await opened.context.request.post('/extensions/sign-ins', {
    data: { access_token: token },
    headers: { origin: url },
  })
  assert.equal(answer.status(), 201, await answer.text())
  return opened
}

type Finding = { id: string; impact: string; help: string; nodes: { html: string }[] }

/** Returns what axe finds that keeps people from using the page: nothing, if all is well. The page needs `bypassCSP`. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const findings = (await page.evaluate(`axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'], iframes: false,
  }).then(({ violations }) => violations)`)) as Finding[]
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')}`,
    )
}
