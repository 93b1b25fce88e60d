// The unsubscribe link of an email.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { sign } from '#lib/sign.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()

const linkOf = (contact_id: string, secret = SECRET) =>
  `/unsubscribe/${sign(secret, UNSUBSCRIBE, `${t.workspace.id}.${contact_id}`)}`

async function isUnsubscribed(contact_id: string): Promise<boolean> {
  const { body } = await t.call(`GET /contacts/${contact_id}`)
  return body.unsubscribed_from_emails
}

test('a link with a wrong signature, or of an unknown contact, is refused', async () => {
  const contact = await aContact(t.workspace)
  for (const link of [linkOf(contact, 'another secret'), `${linkOf(contact)}x`, linkOf('6762f0dd1bb69f9f2193bb83')]) {
    assert.equal((await t.call(`POST ${link}`, undefined, { token: null })).status, 404, link)
  }
  assert.equal(await isUnsubscribed(contact), false)
})

test('opening the link only asks: mail scanners open links too', async () => {
  const contact = await aContact(t.workspace)
  assert.equal((await t.call(`GET ${linkOf(contact)}`, undefined, { token: null })).status, 200)
  assert.equal(await isUnsubscribed(contact), false)
})

test('one click unsubscribes, however often, and there is one event', async () => {
  const contact = await aContact(t.workspace)
  for (let times = 0; times < 2; times++) {
    assert.equal((await t.call(`POST ${linkOf(contact)}`, undefined, { token: null })).status, 200)
  }
  assert.equal(await isUnsubscribed(contact), true)
  assert.deepEqual(await topicsOf(t.workspace, contact), ['contact.unsubscribed'])
})
