// Lists the deliveries of one message in pages, in the order of its recipients.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact, aMessage } from '../../../test/factories.ts'

const { call, workspace } = await testApp()

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
