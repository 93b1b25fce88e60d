// The Console in a real browser, on the server as `npm start` starts it: sad paths first.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import type { Browser, Page } from 'playwright-core'
import { eventually } from '../factories.ts'
import { serverProcess } from '../server-process.ts'
import { openBrowser } from './browser.ts'
import { barriers, openConsole, openPage } from './pages.ts'

const browser = await openBrowser()
const skip = typeof browser === 'string' ? browser : false
const chromium = browser as Browser

const server = await serverProcess({ environment: { INTERPHONE_DEMO: '1' } })
after(() => server.remove())
if (!skip) {
  server.start()
  await server.ready()
}
const { url } = server

const rows = (page: Page) => page.getByRole('listbox')
const live = (page: Page) => page.getByRole('button', { name: 'Live', exact: true })

/** Calls the API from outside, as an integration. */
async function api(token: string, route: string, body?: object) {
  const [method = 'GET', path = '/'] = route.split(' ')
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${route} ${text}`)
  return text ? JSON.parse(text) : undefined
}

/** A workspace for one test, with a way to send emails in it. */
async function aWorkspace() {
  const { id, token, admin_id } = await api(server.token, 'POST /extensions/workspaces', { name: 'Of a test' })
  const intercom = new IntercomClient({ token, environment: url })
  const call = (route: string, body?: object) => api(token, route, body)
  const mail = async (email: string, fields: { subject: string; body: string }) => {
    const contact = await call('POST /contacts', { role: 'user', email, name: 'Anna Schmidt' })
    return intercom.messages.create({
      ...{ message_type: 'email', template: 'plain', ...fields },
      ...{ from: { type: 'admin', id: admin_id }, to: { type: 'user', id: contact.id } },
    } as never)
  }
  return { id, token, admin_id, call, mail }
}

describe('signing in', { skip }, () => {
  test('a link works once, and its secret leaves the address at once', async () => {
    const link = await eventually(
      async () => /http\S+#sign-in=\S+/.exec(server.screen.join('\n'))?.[0] ?? '',
      (found) => found !== '',
    )
    const { page, complaints, close } = await openPage(chromium, url)
    await page.goto(link)
    await page.getByRole('heading', { name: 'Messages', level: 1 }).waitFor()
    assert.doesNotMatch(page.url(), /sign-in/)
    assert.deepEqual(complaints, [])
    await close()

    const other = await openPage(chromium, url)
    await other.page.goto(link)
    assert.match((await other.page.getByRole('alert').textContent()) ?? '', /has been used|too old|interphone sign-in/)
    await other.close()
  })

  test('a wrong access token is refused in the form, a right one opens the Console', async () => {
    const { token } = await aWorkspace()
    const { page, close } = await openPage(chromium, url)
    await page.goto('/console')
    const field = page.getByLabel('Access token')
    await field.fill('nobody')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Access Token Invalid').waitFor()
    await field.fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Messages', level: 1 }).waitFor()
    await close()
  })

  test('a session that is ended under Settings, or by signing out, shows the sign-in page', async () => {
    const { token } = await aWorkspace()
    const [here, elsewhere] = [await openConsole(chromium, { url, token }), await openConsole(chromium, { url, token })]
    await elsewhere.page.goto('/console/contacts')
    await here.page.goto('/settings')
    await here.page.getByRole('button', { name: 'End' }).click()
    await here.page.getByRole('button', { name: 'End' }).waitFor({ state: 'detached' })
    await elsewhere.page.keyboard.press('g')
    await elsewhere.page.keyboard.press('w')
    await elsewhere.page.getByLabel('Access token').waitFor()
    await here.page.getByRole('button', { name: 'Sign out here' }).click()
    await here.page.getByLabel('Access token').waitFor()
    await here.close()
    await elsewhere.close()
  })

  test('after another sign-in, no tab shows what the session before was shown', async () => {
    const [mine, theirs] = [await aWorkspace(), await aWorkspace()]
    await mine.call('POST /contacts', { email: 'mine@example.com', name: 'Of mine' })
    await theirs.call('POST /contacts', { email: 'theirs@example.com', name: 'Of theirs' })
    const { context, page, close } = await openConsole(chromium, { url, token: mine.token })
    const other_tab = await context.newPage()
    await other_tab.goto('/console/contacts')
    await rows(other_tab).getByText('Of mine').waitFor()
    await page.goto('/console/contacts')
    await rows(page).getByText('Of mine').waitFor()
    await page.locator('.rail-person').click()
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await other_tab.getByLabel('Access token').waitFor()
    await page.getByLabel('Access token').fill(theirs.token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: 'Contacts' }).click()
    for (const tab of [page, other_tab]) {
      await rows(tab).getByText('Of theirs').waitFor()
      assert.equal(await tab.getByText('Of mine').count(), 0)
    }
    await close()
  })

  test('a token without the scopes says so, is not shown as connecting, and can sign out', async () => {
    const { id } = await aWorkspace()
    const command = ['src/main.ts', 'token', 'create', '--workspace', id, '--scopes', 'read_admins']
    const environment = { ...process.env, INTERPHONE_DATA_DIR: server.directory }
    const token = execFileSync(process.execPath, command, { env: environment, encoding: 'utf8' }).trim()
    const { page, context, close } = await openConsole(chromium, { url, token })
    const asked: string[] = []
    context.on('request', (request) => void asked.push(request.url()))
    await page.goto('/console/contacts')
    await page.getByText(/do not have the required scope/).waitFor()
    await page.getByRole('button', { name: 'Not live' }).waitFor()
    await page.locator('.rail-person').click()
    await page.getByRole('button', { name: 'Sign out here' }).click()
    await page.getByLabel('Access token').waitFor()
    assert.deepEqual(
      asked.filter((one) => one.includes('/extensions/stream')),
      [],
    )
    await close()
  })

  test('a page of somebody else cannot use the session, for writing or for reading', async () => {
    const { token } = await aWorkspace()
    const { context, close } = await openConsole(chromium, { url, token })
    const [cookie] = await context.cookies()
    for (const [method, path] of [
      ['POST', '/tags'],
      ['GET', '/contacts'],
    ] as const) {
      const { status } = await fetch(url + path, {
        method,
        headers: { cookie: `${cookie?.name}=${cookie?.value}`, origin: 'https://evil.example' },
        ...(method === 'POST' && { body: '{"name":"x"}' }),
      })
      assert.equal(status, 403, `${method} ${path}`)
    }
    await close()
  })
})

/** Counts the requests that reach a server of somebody else. */
let tracked = 0
const tracker = createServer((_request, response) => {
  tracked++
  response.end()
})
tracker.listen(0, '127.0.0.1')
after(() => tracker.close())

const hostile = () => `<h1>Order 4711</h1><script>document.title = 'ran'; fetch('/tags')</script>
<img src="http://127.0.0.1:${(tracker.address() as AddressInfo).port}/pixel.gif" onerror="document.title = 'ran'">`

/** The browser says that it did not load the picture of a mail. */
const isBlockedPicture = (complaint: string) => /img-src data: 'self'|pixel\.gif$/.test(complaint)

describe('lists', { skip }, () => {
  test('a list that was closed while something changed shows it when it is opened again', async () => {
    const { token, call } = await aWorkspace()
    await call('POST /contacts', { email: 'early@example.com', name: 'Early' })
    const { page, close } = await openConsole(chromium, { url, token })
    await page.goto('/console/contacts')
    await rows(page).getByText('Early', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Requests' }).click()
    await live(page).waitFor()
    await call('POST /contacts', { email: 'late@example.com', name: 'Late' })
    await rows(page).getByText('/contacts').first().waitFor()
    await page.getByRole('link', { name: 'Contacts' }).click()
    await rows(page).getByText('Late', { exact: true }).waitFor()
    await close()
  })

  test('an address whose id leads to another operation shows the list, and calls nothing else', async () => {
    const { token, call } = await aWorkspace()
    await call('POST /contacts', { email: 'here@example.com', name: 'Here' })
    const { page, context, complaints, close } = await openConsole(chromium, { url, token })
    const asked: string[] = []
    context.on('request', (request) => void asked.push(new URL(request.url()).pathname))
    for (const id of ['..%2f..%2ftags', '..%2ftags%3f', '.', '%00', '%5c..%5ctags', '1%3fx=', '%252e%252e']) {
      await page.goto(`/console/contacts/${id}`)
      await rows(page).getByText('Here', { exact: true }).waitFor()
    }
    assert.deepEqual(
      asked.filter((path) => /^\/tags|^\/contacts\/(?!search$)/.test(path)),
      [],
    )
    assert.deepEqual(complaints, [])
    await close()
  })

  test('tabs without locks, as on plain HTTP of another machine, have streams of their own and tell each other nothing', async () => {
    const { token, call } = await aWorkspace()
    const { context, page, close } = await openConsole(chromium, { url, token })
    await context.addInitScript(`
      Object.defineProperty(navigator, 'locks', { value: undefined })
      globalThis.posted = 0
      const post = BroadcastChannel.prototype.postMessage
      BroadcastChannel.prototype.postMessage = function (message) { posted++; return post.call(this, message) }`)
    const second = await context.newPage()
    for (const tab of [page, second]) {
      await tab.goto('/console/contacts')
      await live(tab).waitFor()
    }
    await call('POST /contacts', { email: 'both@example.com', name: 'In both' })
    for (const tab of [page, second]) await rows(tab).getByText('In both', { exact: true }).waitFor()
    for (const tab of [page, second]) assert.equal(await tab.evaluate('posted'), 0)
    await close()
  })
})

describe('messages', { skip }, () => {
  test('one that an SDK sends appears by itself; its scripts do not run, and no other server is asked', async () => {
    const { token, mail } = await aWorkspace()
    const { page, complaints, close } = await openConsole(chromium, { url, token })
    await page.goto('/console/messages')
    await page.getByRole('heading', { name: 'No message has been captured yet.' }).waitFor()
    await live(page).waitFor()
    await mail('anna@example.com', { subject: 'Order 4711', body: hostile() })
    const row = rows(page).getByRole('option', { name: /Order 4711/ })
    await row.waitFor()
    await row.click()
    const frame = page.frameLocator('iframe.mail-frame')
    await frame.getByRole('heading', { name: 'Order 4711' }).waitFor()
    await page.getByRole('tab', { name: 'Raw' }).click()
    await page.getByText(/^Subject: Order 4711/m).waitFor()
    assert.equal(await page.title(), 'Messages · Interphone')
    assert.equal(tracked, 0)
    assert.deepEqual(
      complaints.filter((complaint) => !isBlockedPicture(complaint)),
      [],
    )
    await close()
  })

  test('the contact answers from the page, and the conversation shows it', async () => {
    const { token, mail } = await aWorkspace()
    await mail('anna@example.com', { subject: 'Hello', body: 'Is anybody there?' })
    const { page, complaints, close } = await openConsole(chromium, { url, token })
    await page.goto('/console/messages')
    await rows(page).getByRole('option', { name: /Hello/ }).click()
    await page.getByRole('button', { name: 'Reply as the contact' }).click()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reply as the contact' }).click()
    await page.getByRole('textbox', { name: 'Reply' }).fill('Yes, I am')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.keyboard.press('g')
    await page.keyboard.press('v')
    await rows(page)
      .getByRole('option', { name: /Yes, I am/ })
      .click()
    await page.getByRole('log').getByText('Yes, I am').waitFor()
    await page.getByLabel('Reply').fill('Good to hear')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('log').getByText('Good to hear').waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })
})

describe('deliveries', { skip }, () => {
  test('the second attempt of a deferred one is seen as it happens', async () => {
    const { token, mail } = await aWorkspace()
    const { page, close } = await openConsole(chromium, { url, token })
    await page.goto('/console/deliveries')
    await live(page).waitFor()
    await mail('anna+deferred-once@example.com', { subject: 'Later', body: 'Text' })
    await rows(page)
      .getByRole('option', { name: /deferred-once/ })
      .click()
    await page.getByText('Attempt 1').waitFor()
    await page.getByText('Attempt 2').waitFor()
    await rows(page)
      .getByRole('option', { name: /^delivered/ })
      .waitFor()
    await page.getByRole('link', { name: 'Message', exact: true }).click()
    await page.getByRole('heading', { name: 'Later', level: 2 }).waitFor()
    await close()
  })

  test('a failed one is sent again by a click', async () => {
    const { token, call, mail } = await aWorkspace()
    await call('POST /extensions/sandbox/faults', { target: 'sends', fault: 'permanent', code: '550', reason: 'Gone' })
    const { page, complaints, close } = await openConsole(chromium, { url, token })
    await page.goto('/console/deliveries')
    await live(page).waitFor()
    await mail('anna@example.com', { subject: 'Again', body: 'Text' })
    await rows(page)
      .getByRole('option', { name: /^failed/ })
      .click()
    await page.getByRole('button', { name: 'Retry' }).click()
    await rows(page)
      .getByRole('option', { name: /^delivered/ })
      .waitFor()
    await page.getByText('Sent again', { exact: false }).first().waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })
})

const WITH_ROWS = ['messages', 'deliveries', 'contacts', 'webhooks', 'requests'].map((name) => `console/${name}`)
const SCREENS = [...WITH_ROWS, 'console/conversations', 'console/sandbox', 'settings']
const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 800 } },
] as const

describe('every screen', { skip }, () => {
  for (const look of LOOKS)
    test(`has no barrier that axe finds, ${look.colorScheme} and ${look.viewport.width} wide`, async () => {
      const { token, call, mail } = await aWorkspace()
      await mail('anna@example.com', { subject: 'Hello', body: 'Text' })
      await call('POST /extensions/webhook_subscriptions', { url: null, topics: ['contact.user.created'] })
      const { page, complaints, close } = await openConsole(chromium, { url, token, bypassCSP: true, ...look })
      for (const screen of SCREENS) {
        await page.goto(`/${screen}`)
        await page.getByRole('heading', { level: 1 }).waitFor()
        const row = rows(page).getByRole('option').first()
        if (WITH_ROWS.includes(screen)) {
          await row.click()
          await page.locator('.detail h2, .detail .empty').first().waitFor()
        }
        assert.deepEqual(await barriers(page), [], screen)
        assert.match(await page.title(), /^\w+ · Interphone$/)
      }
      assert.deepEqual(complaints, [])
      await close()
    })

  test('shows whole rows on a phone, with the time at their end', async () => {
    const { token, call, mail } = await aWorkspace()
    await mail('anna@example.com', { subject: 'Hello', body: 'Text' })
    await call('POST /extensions/webhook_subscriptions', { url: null, topics: ['contact.user.created'] })
    const { page, close } = await openConsole(chromium, { url, token, viewport: { width: 360, height: 800 } })
    for (const screen of WITH_ROWS) {
      await page.goto(`/${screen}`)
      const time = rows(page).getByRole('option').first().locator('time')
      const box = await time.boundingBox()
      assert.ok(box && box.x + box.width <= 360, `${screen}: ${JSON.stringify(box)}`)
    }
    await close()
  })

  test('is reached and left by the keyboard alone, and the help lists the keys', async () => {
    const { token } = await aWorkspace()
    const { page, complaints, close } = await openConsole(chromium, { url, token })
    await page.goto('/console')
    await page.getByRole('heading', { name: 'Messages', level: 1 }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    await page.getByRole('heading', { name: 'Contacts', level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search commands' }).fill('sand')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Sandbox', level: 1 }).waitFor()
    await page.keyboard.press('Shift+?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Copy the link to this page').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual(complaints, [])
    await close()
  })
})
