// The files of an answer on WhatsApp.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aContact, eventually } from '../../../test/factories.ts'
import { wrote } from '../../../test/meta.ts'
import { whatsapp } from '../../../test/whatsapp.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='
const NUMBER = '12025550123'

test('a stored file is sent as a working link', async () => {
  const { t, peer, postWebhook, receivedBy } = await whatsapp()
  await aContact(t.workspace, { formatted_phone: `+${NUMBER}` })
  assert.equal((await postWebhook(wrote(NUMBER, { type: 'text', text: { body: 'How does it look?' } }))).status, 200)
  const [{ id }] = (await t.call('GET /conversations')).body.conversations
  const { status, text } = await t.call(`POST /conversations/${id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: t.created.admin_id, body: 'Like this' },
    attachment_files: [{ name: 'a.png', content_type: 'image/png', data: PNG }],
  })
  assert.equal(status, 200, text)
  const [received] = await eventually(
    async () => receivedBy(NUMBER),
    ({ length }) => length === 1,
  )
  const { link, caption } = (received as { image?: { link: string; caption: string } }).image ?? {}
  assert.equal(caption, 'Like this')
  assert.equal((await t.app.inject(new URL(link ?? '').pathname)).rawPayload.toString('base64'), PNG)
  assert.deepEqual(peer.faults, [])
})
