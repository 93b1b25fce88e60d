// Conversations in the Console: ten thousand of them, and two teammates in one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import { insertSignInLink } from '#workspaces/sign-ins.ts'
import { testApp } from '../app.ts'
import { eventually } from '../factories.ts'
import { openBrowser } from './browser.ts'
import { openConsole, openPage } from './pages.ts'

const browser = await openBrowser()
const skip = typeof browser === 'string' ? browser : false

const COUNT = 10_000
/** After a garbage collection. */
const BUDGET = { heap_mb: 12, nodes: 600 }

const t = await testApp({ check_contracts: false })
const { id: workspace_id, token, admin_id } = t.created
const { sql } = t.database

const url = await t.app.listen({ host: '127.0.0.1', port: 0 })

async function fill(): Promise<void> {
  await sql`
    insert into contacts (workspace_id, id, role, email, name, created_at, updated_at)
    select ${workspace_id}, lpad(to_hex(n), 24, '0'), 'user', 'contact-' || n || '@example.com', 'Contact ' || n, now(), now()
    from generate_series(1, ${COUNT / 10}::integer) n`
  await sql`
    with written as (
      insert into conversations (workspace_id, source_id, source_type, delivered_as, body, author_type, author_id, created_at,
        updated_at)
      select ${workspace_id}, n, 'conversation', 'customer_initiated', '<p>Where is order ' || n || '?</p>', 'user',
        lpad(to_hex(1 + n % (${COUNT} / 10)), 24, '0'), at, at
      from generate_series(1, ${COUNT}::integer) n, lateral (select to_timestamp(1790000000 + n) as at) moment
      returning workspace_id, id, author_id, created_at
    )
    insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
    select workspace_id, id, author_id, created_at from written`
}

/** Of five. In milliseconds. */
async function median(work: () => Promise<void>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 5; n++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b)[2]!
}

/** In the browser. Times are told, and never fail a test. */
const WATCH_LONG_TASKS = `globalThis.long_tasks = []
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) long_tasks.push(Math.round(duration))
}).observe({ type: 'longtask' })`

test('a list of ten thousand is scrolled to its end, within its budget; a row that moves up leaves the chosen one chosen', {
  skip,
}, async (told) => {
  await fill()
  const { page, context, complaints, close } = await openConsole(browser as Browser, { url, token })
  await page.goto('/console/conversations')
  await page.getByRole('button', { name: 'Live', exact: true }).waitFor()
  const list = page.getByRole('listbox', { name: 'Conversations' })
  await list.getByRole('option', { name: /order 10000\?/ }).waitFor()

  const empty = await median(async () => void (await page.goto('/healthz')))
  const shown = await median(async () => {
    await page.goto('/console/conversations')
    await list.getByRole('option').first().waitFor()
  })
  told.diagnostic(
    `rows are shown after ${shown.toFixed()} ms, ${(shown / empty).toFixed(1)} × the time of the JSON of /healthz`,
  )

  await page.evaluate(WATCH_LONG_TASKS)
  for (let n = 0; n < 50; n++) await page.keyboard.press('j')
  const long = (await page.evaluate('long_tasks')) as number[]
  told.diagnostic(`scripts over 50 ms while J is pressed fifty times: ${long.length} (budget: none) ${long.join()}`)
  const chosen = page.locator('[role=option][aria-selected=true]')
  await page.getByRole('heading', { level: 2 }).waitFor()
  assert.match((await chosen.textContent()) ?? '', /order 9951\?/)
  assert.ok(await chosen.isVisible())

  const [{ id: older }] = await sql<[{ id: string }]>`
    select id from conversations where workspace_id = ${workspace_id} and source_id = 5000`
  const reply = { type: 'admin', admin_id, message_type: 'comment', body: 'It is on its way' }
  assert.equal((await t.call(`POST /conversations/${older}/reply`, reply)).status, 200)
  await list.evaluate((element) => element.scrollTo(0, 0))
  const first = page.locator('[role=option][aria-posinset="1"]')
  await eventually(
    () => first.textContent(),
    (label) => /It is on its way/.test(label ?? ''),
  )
  await page.keyboard.press('j')
  await eventually(
    () => chosen.textContent(),
    (label) => /order 9950\?/.test(label ?? ''),
  )

  await page.goto('/console/conversations')
  await eventually(
    async () => {
      await list.evaluate((element) => element.scrollTo(0, element.scrollHeight))
      return list.getByRole('option', { name: /order 1\?/ }).count()
    },
    (count) => count === 1,
    60_000,
  )
  const devtools = await context.newCDPSession(page)
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('Performance.enable')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
  const heap_mb = metric('JSHeapUsedSize') / 1e6
  assert.ok(heap_mb < BUDGET.heap_mb, `the heap has ${heap_mb} MB`)
  const nodes = await page.locator('*').count()
  assert.ok(nodes < BUDGET.nodes, `the page has ${nodes} nodes`)
  assert.deepEqual(complaints, [])
  await close()
})

test('two teammates in one conversation see each other, who writes, and an answer that crossed theirs', {
  skip,
}, async () => {
  const { created, call } = await t.another()
  const bea = (await call('POST /extensions/admins', { name: 'Bea Boss', email: 'bea@example.com' })).body
  const { id: contact } = (await call('POST /contacts', { role: 'user', name: 'Anna', email: 'anna@example.com' })).body
  const begun = await call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Where is my order?' })
  const path = `/console/conversations/${begun.body.conversation_id}`
  const secret = await insertSignInLink(sql, created.id, bea.id)
  const first = await openConsole(browser as Browser, { url, token: created.token })
  const second = await openPage(browser as Browser, url)
  await first.page.goto(path)
  await second.page.goto(`${path}#sign-in=${secret}`)
  const [ada, her] = [first.page, second.page]

  await ada.getByText('Bea Boss is here').waitFor()
  await her.getByRole('button', { name: 'Note' }).click()
  await her.getByRole('textbox', { name: 'Note' }).fill('Only between us')
  await her.getByRole('button', { name: 'Reply' }).click()
  assert.equal(await ada.getByText('is writing').count(), 0, 'a note is not announced')
  await her.getByRole('textbox', { name: 'Reply' }).fill('It comes tomorrow')
  await ada.getByText('Bea Boss is writing').waitFor()

  await ada.getByRole('textbox', { name: 'Reply' }).fill('It was lost')
  await her.getByText('Ada Admin is writing').waitFor()
  await her.getByRole('button', { name: 'Send' }).click()
  await ada.getByRole('log').getByText('It comes tomorrow').waitFor()
  await ada.getByText('Somebody has answered while you wrote').waitFor()
  await ada.getByRole('button', { name: 'Send anyway' }).click()
  assert.equal(await ada.getByRole('log').getByText('It was lost').count(), 0, 'the first click only warns')
  await ada.getByRole('button', { name: 'Send anyway' }).click()
  await her.getByRole('log').getByText('It was lost').waitFor()

  await her.goto('/console/contacts')
  await ada.getByText('Bea Boss is').waitFor({ state: 'detached' })
  assert.deepEqual([...first.complaints, ...second.complaints], [])
  await first.close()
  await second.close()
})
