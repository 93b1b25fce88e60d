// `node docs/generate/screens.ts`: takes the pictures of the Console in docs/guides/console/, on a server with the demo. By hand,
// after a change of the pages.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Page } from 'playwright-core'
import { startInterphone } from '../../src/testing/index.ts'

const FOLDER = join(import.meta.dirname, '../guides/console')
const SCREENS = ['messages', 'deliveries', 'conversations', 'contacts', 'webhooks', 'requests', 'sandbox']
const PEOPLE = [
  ['Anna Schmidt', 'anna@example.com', '+12015550141'],
  ['Ben Okafor', 'ben+deferred-once@example.com', '+12015550151'],
  ['Carla Ruiz', 'carla+read@example.com', '+12015550142'],
  ['Daisuke Mori', 'daisuke+bounced@example.com', '+12015550140'],
] as const
const MAIL = `<h2>It is on its way</h2><p>Hi there,</p><p>your order <b>4711</b> left our warehouse this morning. You can
<a href="https://example.com/track">track it</a> at any time.</p><ul><li>Two mugs</li><li>One teapot</li></ul>`

mkdirSync(FOLDER, { recursive: true })
const server = await startInterphone({ demo: true, settings: { REQUEST_LOG: 'on' } })
try {
  await fill()
  await takePictures()
} finally {
  await server.close()
}

async function api(route: string, body?: object) {
  const [method = 'GET', path = '/'] = route.split(' ')
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return answer.json() as Promise<{ id: string }>
}

/** Messages of every status, an answer, a webhook, and a call that is refused. */
async function fill(): Promise<void> {
  const from = { type: 'admin', id: (await api('GET /me')).id }
  await api('POST /extensions/webhook_subscriptions', {
    ...{ url: null, topics: ['conversation.user.created', 'conversation.user.replied', 'contact.user.created'] },
  })
  await api('POST /extensions/sandbox/faults', { target: 'requests', fault: '429', path: '/tags', times: 3 })
  await api('POST /extensions/sandbox/faults', { target: 'sends', fault: 'timeout', channel: 'whatsapp' })
  for (const [name, email, phone] of PEOPLE) {
    const to = { type: 'user', id: (await api('POST /contacts', { role: 'user', name, email, phone })).id }
    const send = (fields: object) => api('POST /messages', { from, to, ...fields })
    await send({ message_type: 'sms', body: 'Your code is 4711. It is valid for ten minutes.' })
    await send({ message_type: 'in_app', body: 'Welcome aboard! Reply here if you have a question.' })
    await send({ message_type: 'email', template: 'plain', subject: 'Your order 4711 has shipped', body: MAIL })
  }
  await api('POST /messages', { from, message_type: 'email', subject: 'To nobody' })
  await api('POST /extensions/sandbox/replies', {
    ...{ channel: 'email', contact: { email: 'anna@example.com' }, subject: 'Re: Your order 4711' },
    body: 'Thank you! Can it be left with the neighbours?',
  })
  await new Promise((resolve) => setTimeout(resolve, 6_000)) // The second attempt of the deferred one.
}

async function takePictures(): Promise<void> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? (await sparticuz.executablePath()),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  })
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 1280, height: 760 } })
  await context.request.post('/extensions/sign-ins', {
    data: { access_token: server.token },
    headers: { origin: server.url },
  })
  const page = await context.newPage()
  for (const screen of SCREENS) {
    await page.goto(`/console/${screen}`)
    await open(page)
    await page.screenshot({ path: join(FOLDER, `${screen}.png`) })
  }
  await browser.close()
}

/** Opens the first row, if the screen has any. */
async function open(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForTimeout(600)
  const row = page.getByRole('listbox').getByRole('option').first()
  if (!(await row.count())) return
  await row.click()
  await page.waitForTimeout(900)
  const notification = page.locator('.notification > summary').first()
  if (await notification.isVisible()) await notification.click()
  await page.waitForTimeout(500)
}
