// A Chromium for tests: that of CHROMIUM_PATH, or of a package of ours.
import { after } from 'node:test'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium } from 'playwright-core'

/** Returns the reason why no browser starts here, in place of a browser. */
export async function openBrowser(): Promise<Browser | string> {
  try {
    const executablePath = process.env['CHROMIUM_PATH'] ?? (await sparticuz.executablePath())
    const browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      headless: true,
    })
    after(() => browser.close())
    return browser
  } catch (error) {
    return `no Chromium starts here: ${(error as Error).message.split('\n')[0]}`
  }
}
