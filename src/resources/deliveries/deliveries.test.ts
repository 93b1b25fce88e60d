// Lists the deliveries of one message in pages, in the order of its recipients.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, testApp } from '../../../test/app.ts'
import { aContact, aMessage } from '../../../test/factories.ts'

const t = await testApp()
const { call, workspace } = t

test('the deliveries of a message to several are listed in pages, in the order of its recipients', async () => {
  const contacts: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    contacts.push(await aContact(workspace, { email: `${name}@example.com` }))
  const id = await aMessage(workspace, { to: contacts })
  const path = `/extensions/messages/${id}/deliveries`
  const whole = (await call(`GET ${path}`)).body
  assert.deepEqual([whole.total_count, whole.pages.next], [5, undefined])
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await call(`GET ${path}?per_page=2${cursor}`)
    assert.equal(body.total_count, 5)
    seen.push(...body.data.map((delivery: { contact_id: string }) => delivery.contact_id))
    cursor = body.pages.next ? `&starting_after=${encodeURIComponent(body.pages.next.starting_after)}` : ''
  } while (cursor)
  assert.deepEqual(seen, contacts)
})

test('an unknown message and an invalid cursor are refused', async () => {
  const id = await aMessage(workspace, { to: await aContact(workspace, { email: 'f@example.com' }) })
  const path = `/extensions/messages/${id}/deliveries`
  assert.equal((await call(`GET ${path}?starting_after=x`)).status, 400)
  assert.equal((await call('GET /extensions/messages/0/deliveries')).status, 404)
})

test('a query that is none is refused', async () => {
  for (const query of ['q=', `q=${'x'.repeat(201)}`, 'status=lost', 'channel=fax', 'starting_after=x'])
    assert.equal((await call(`GET /extensions/deliveries?${query}`)).status, 400, query)
})

test('deliveries are found by status, channel and message, and by what address, contact or error contains', async () => {
  const of = await t.another()
  const zoe = await aContact(of.workspace, { email: 'zoe@example.com', name: 'Zoë Zander' })
  const yan = await aContact(of.workspace, { email: 'yan@example.org', name: 'Yan' })
  const mail = await aMessage(of.workspace, { to: zoe })
  const copy = await aMessage(of.workspace, { to: yan, cc: [zoe] })
  const chat = await aMessage(of.workspace, { to: yan, message_type: 'inapp' })
  await of.workspace.sql`
    update deliveries set status = 'failed', error_code = 'smtp_550', error_reason = 'No such mailbox'
    where workspace_id = ${of.workspace.id} and message_id = ${mail}`
  const found = async (query: string, call = of.call) => {
    const { status, body, text } = await call(`GET /extensions/deliveries?${query}`)
    assert.equal(status, 200, text)
    assert.equal(body.total_count, body.data.length)
    return body.data.map(({ message_id }: { message_id: string }) => message_id)
  }
  const cases: [query: string, messages: string[]][] = [
    ['', [chat, copy, copy, mail]],
    ['q=nowhere', []],
    ['q=%25', []],
    ['q=ZOE%40', [copy, mail]],
    ['q=zander', [copy, mail]],
    ['q=example.org&channel=email', [copy]],
    ['q=mailbox', [mail]],
    ['channel=inapp', [chat]],
    ['channel=sms', []],
    ['status=failed', [mail]],
    ['status=failed&q=yan', []],
    [`message_id=${copy}`, [copy, copy]],
    [`message_id=${copy}&q=zoe`, [copy]],
    ['message_id=0', []],
    ['message_id=x', []],
  ]
  for (const [query, messages] of cases) assert.deepEqual(await found(query), messages, query)
  assert.deepEqual(await found(`message_id=${mail}`, call), [], 'of another workspace')
  const { body } = await of.call(`GET /extensions/deliveries?message_id=${mail}`)
  assert.deepEqual(body.data[0].contact, {
    type: 'contact',
    id: zoe,
    name: 'Zoë Zander',
    email: 'zoe@example.com',
  })
})

test('a page of deliveries begins after the one before, whatever the clock of the sandbox said', async () => {
  const of = await t.another()
  const to = await aContact(of.workspace, { email: 'a@example.com' })
  const messages: string[] = []
  for (const created_at of [3, 1, 2].map((day) => new Date(Date.UTC(2026, 0, day))))
    messages.unshift(await aMessage(of.workspace, { to, created_at }))
  const seen: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { body }: Answer = await of.call(`GET /extensions/deliveries?per_page=1&q=a${cursor}`)
    assert.equal(body.total_count, 3)
    seen.push(body.data[0].message_id)
    cursor = body.pages.next && `&starting_after=${encodeURIComponent(body.pages.next.starting_after)}`
  }
  assert.deepEqual(seen, messages)
})
