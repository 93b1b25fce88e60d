// Captured messages: searched, and shown as they would have gone out, in a frame that runs and loads nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../../../test/factories.ts'
import { signIn } from '../../../../test/sign-in.ts'

const t = await testApp({ public_url: 'https://interphone.example' })
const { call, workspace } = t
const { sql } = t.database
const another = await t.another()
const PATH = '/extensions/sandbox/messages'

let anna: string
let phone: string
let email: string
let sms: string
let whatsapp: string

/** Returns the id of the captured message of a message. */
async function capturedOf(message_id: string): Promise<string> {
  const { body } = await eventually(
    () => call(`GET ${PATH}?per_page=150`),
    ({ body }) => body.data.some((one: { message_id: string }) => one.message_id === message_id),
  )
  return body.data.find((one: { message_id: string }) => one.message_id === message_id).id
}

before(async () => {
  const stop = await captureAll(sql, { after })
  anna = await aContact(workspace, { email: 'anna@example.com', name: 'Anna Ash' })
  phone = await aContact(workspace, { phone: '+12025550123', formatted_phone: '+12025550123', name: 'Bo' })
  email = await capturedOf(
    await aMessage(workspace, { to: anna, message_type: 'email', subject: 'Grüße', body: '<p>Hello <b>Anna</b></p>' }),
  )
  sms = await capturedOf(await aMessage(workspace, { to: phone, message_type: 'sms', body: 'x'.repeat(161) }))
  whatsapp = await capturedOf(
    await aMessage(workspace, {
      to: phone,
      message_type: 'whatsapp',
      template: 'parcel',
      locale: 'en',
      components: [{ type: 'body', parameters: [{ type: 'text', text: 'A-17' }] }],
      body: 'Parcel A-17',
    }),
  )
  await stop()
})

const found = async (query: string) => {
  const { status, body, text } = await call(`GET ${PATH}?${query}`)
  assert.equal(status, 200, text)
  assert.equal(body.total_count, body.data.length)
  return body.data.map(({ id }: { id: string }) => id)
}

test('an unknown message, one of another workspace, and a query that is none are refused', async () => {
  for (const end of ['', '/html', '/raw']) {
    for (const id of ['0', 'x', '99999999999999999999', '%00'])
      assert.match(String((await call(`GET ${PATH}/${id}${end}`)).status), /40[04]/)
    assert.equal((await another.call(`GET ${PATH}/${email}${end}`)).status, 404)
    assert.equal((await call(`GET ${PATH}/${email}${end}`, undefined, { token: null })).status, 401)
  }
  for (const query of ['q=', `q=${'x'.repeat(201)}`, 'status=lost', 'channel=fax', 'starting_after=x'])
    assert.equal((await call(`GET ${PATH}?${query}`)).status, 400, query)
  assert.equal((await call(`GET ${PATH}/${email}/html?images=perhaps`)).status, 400)
})

test('messages are found by what recipient, contact, subject or text contains, by status, and by channel', async () => {
  const cases: [query: string, ids: string[]][] = [
    ['', [whatsapp, sms, email]],
    ['q=nothing-of-this', []],
    ['q=%25', []],
    ['q=_', []],
    ['q=ANNA%40', [email]],
    ['q=ash', [email]],
    ['q=gr%C3%BC%C3%9Fe', [email]],
    ['q=hello+anna', [email]],
    ['q=2025550123', [whatsapp, sms]],
    ['q=A-17', [whatsapp]],
    ['q=bo&channel=sms', [sms]],
    ['status=delivered', [whatsapp, sms, email]],
    ['status=failed', []],
    ['status=delivered&channel=email&q=anna&to=ANNA@example.com', [email]],
  ]
  for (const [query, ids] of cases) assert.deepEqual(await found(query), ids, query)
  assert.deepEqual((await another.call(`GET ${PATH}?q=a`)).body.data, [])
})

test('a page of what is found begins after the one before', async () => {
  const first = await call(`GET ${PATH}?q=a&per_page=1`)
  assert.deepEqual([first.body.data[0].id, first.body.total_count], [whatsapp, 2]) // Of Anna, and A-17.
  const next = await call(`GET ${PATH}?q=a&per_page=1&starting_after=${first.body.pages.next.starting_after}`)
  assert.deepEqual([next.body.data[0].id, next.body.pages.next], [email, undefined])
})

test('the message of a delivery is found by its id', async () => {
  const { delivery_id } = (await call(`GET ${PATH}/${sms}`)).body
  assert.deepEqual(await found(`delivery_id=${delivery_id}`), [sms])
  assert.deepEqual(await found(`delivery_id=${delivery_id}&channel=email`), [])
  for (const unknown of ['0', 'x', '99999999999999999999']) assert.deepEqual(await found(`delivery_id=${unknown}`), [])
  assert.deepEqual((await another.call(`GET ${PATH}?delivery_id=${delivery_id}`)).body.data, [])
})

test('the list names the contact', async () => {
  const { body } = await call(`GET ${PATH}?channel=email`)
  assert.deepEqual(body.data[0].contact, { type: 'contact', id: anna, name: 'Anna Ash', email: 'anna@example.com' })
})

test('an email is shown with its addresses and the headers that go out', async () => {
  const { body } = await call(`GET ${PATH}/${email}`)
  assert.equal(body.subject, 'Grüße')
  assert.match(body.text, /Hello Anna/)
  assert.match(body.html, /Hello <b>Anna<\/b>/)
  assert.deepEqual([body.sms, body.whatsapp, body.conversation_part_id], [null, null, null])
  assert.deepEqual([body.email.to, body.email.cc], [['Anna Ash <anna@example.com>'], []])
  const headers = new Map(body.email.headers.map(({ name, value }: Record<string, string>) => [name, value]))
  assert.equal(headers.get('From'), 'Ada Admin <team@example.com>')
  assert.equal(headers.get('To'), 'Anna Ash <anna@example.com>')
  assert.match(String(headers.get('Subject')), /^=\?UTF-8\?Q\?Gr=C3=BC=C3=9Fe\?=$/i)
  assert.equal(headers.get('Message-ID'), body.rendered.message_id)
  assert.match(String(headers.get('List-Unsubscribe')), /^<http/)
})

test('the raw form of an email is the mail as SMTP has it: the same bytes each time, and never run by a browser', async () => {
  const [raw, again] = [await call(`GET ${PATH}/${email}/raw`), await call(`GET ${PATH}/${email}/raw`)]
  assert.equal(raw.text, again.text)
  assert.equal(raw.headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal(raw.headers['x-content-type-options'], 'nosniff')
  assert.match(raw.text, /^From: Ada Admin <team@example\.com>\r$/m)
  assert.match(raw.text, /\r\n\r\n[\s\S]*Content-Type: text\/html/)
  const { body } = await call(`GET ${PATH}/${email}`)
  assert.equal(body.email.size, Buffer.byteLength(raw.text))
})

test('an SMS is shown as its segments, with the room that the last one has', async () => {
  const { body } = await call(`GET ${PATH}/${sms}`)
  assert.deepEqual(body.sms, { encoding: 'GSM-7', segments: ['x'.repeat(153), 'x'.repeat(8)], room: 145 })
  assert.equal((await call(`GET ${PATH}/${sms}/raw`)).text, 'x'.repeat(161))
})

test('a WhatsApp message is shown as its template, with what fills it', async () => {
  const { body } = await call(`GET ${PATH}/${whatsapp}`)
  const { template, locale, components } = body.whatsapp
  assert.deepEqual([template, locale, body.text], ['parcel', 'en', 'Parcel A-17'])
  assert.match(JSON.stringify(components), /A-17/)
  assert.deepEqual(JSON.parse((await call(`GET ${PATH}/${whatsapp}/raw`)).text), { template, locale, components })
})

test('the HTML runs no script and loads no picture of others unless asked to, in a frame of our own page alone', async () => {
  const ada = await signIn(t)
  const headers = { 'sec-fetch-dest': 'iframe' }
  const shown = await ada.call(`GET ${PATH}/${email}/html`, undefined, { headers })
  assert.equal(shown.status, 200)
  assert.equal(shown.headers['content-type'], 'text/html; charset=utf-8')
  const policy = (images: string) =>
    `sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'${images}; frame-ancestors 'self'`
  assert.equal(shown.headers['content-security-policy'], policy(''))
  assert.deepEqual(
    [shown.headers['referrer-policy'], shown.headers['x-content-type-options']],
    ['no-referrer', 'nosniff'],
  )
  assert.match(shown.text, /<base target="_blank">/)
  const with_images = await ada.call(`GET ${PATH}/${email}/html?images=1`)
  assert.equal(with_images.headers['content-security-policy'], policy(' https:'))
  const foreign = await ada.call(`GET ${PATH}/${email}/html`, undefined, {
    headers: { 'sec-fetch-site': 'cross-site' },
  })
  assert.equal(foreign.status, 403)
})

test('pictures that are stored here are loaded from where the page is, and a text without HTML is shown as text', async () => {
  const html = '<html><head></head><body><img src="https://interphone.example/attachments/abc"></body></html>'
  await sql`
    update captured_messages set rendered = ${sql.json({ html })} where workspace_id = ${workspace.id} and id = ${whatsapp}`
  assert.equal(
    (await call(`GET ${PATH}/${whatsapp}/html`)).text,
    '<html><head><base target="_blank"></head><body><img src="/attachments/abc"></body></html>',
  )
  await sql`
    update captured_messages set rendered = ${sql.json({ text: '<b>1</b> & 2' })}
    where workspace_id = ${workspace.id} and id = ${whatsapp}`
  assert.match((await call(`GET ${PATH}/${whatsapp}/html`)).text, /<pre>&lt;b&gt;1&lt;\/b&gt; &amp; 2<\/pre>/)
})
