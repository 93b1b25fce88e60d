// The sandbox shows a captured message as it would have been sent.
import assert from 'node:assert/strict'
import { beforeEach, type TestContext, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../../test/factories.ts'

const t = await testApp()
const { workspace, call } = t
let contact: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  contact = await aContact(workspace, { formatted_phone: '+12025550123', phone: '+12025550123' })
})

async function captured(context: TestContext) {
  const stop = await captureAll(t.database.sql, context)
  const { body } = await eventually(
    () => call('GET /extensions/sandbox/messages'),
    ({ body }) => body.total_count > 0,
  ).finally(stop)
  return body.data[0].rendered
}

test('an SMS is shown as plain text, with special characters unchanged, and with its segments', async (context) => {
  await aMessage(workspace, { to: contact, message_type: 'sms', body: '1 < 2 & 3 > 2 “ok”' })
  assert.deepEqual(await captured(context), { text: '1 < 2 & 3 > 2 “ok”', encoding: 'UCS-2', segments: 1 })
})

test('an answer by SMS is plain text without markup', async (context) => {
  const conversation = await aConversation()
  const { status, text } = await call(`POST /conversations/${conversation}/reply`, {
    message_type: 'comment',
    type: 'admin',
    admin_id: workspace.admin_id,
    body: '<p>Fish &amp; chips<br>for <b>two</b>, see <a href="https://example.com/menu">the menu</a></p>',
  })
  assert.equal(status, 200, text)
  const expected = 'Fish & chips\nfor two, see the menu (https://example.com/menu)'
  assert.deepEqual(await captured(context), { text: expected, encoding: 'GSM-7', segments: 1 })
})

/** An SMS conversation that the contact started. */
async function aConversation() {
  const { body } = await call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
  await workspace.sql`
    update conversations set source_type = 'sms'
    where workspace_id = ${workspace.id} and id = ${body.conversation_id}`
  return body.conversation_id
}
