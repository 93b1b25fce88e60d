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

const FORM = `--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n`

/** A Content-Type (null: none) and a body, as mail services, people and broken clients send them. */
const BODIES: [type: string | null, body: string][] = [
  [null, ''],
  [null, 'List-Unsubscribe=One-Click'],
  ['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
  ['application/x-www-form-urlencoded; charset=utf-8', ''],
  ['multipart/form-data; boundary=b', FORM],
  ['multipart/form-data; boundary=other', FORM],
  ['multipart/form-data', 'x'],
  ['multipart/mixed; boundary="b"', FORM],
  ['text/plain', 'List-Unsubscribe=One-Click'],
  ['text/plain;charset=UTF-8', ''],
  ['text/html', '<p>'],
  ['application/json', '{"List-Unsubscribe":"One-Click"}'],
  ['application/json', '{not json'],
  ['application/octet-stream', '\u0000'],
  ['message/rfc822', 'x'.repeat(2_000_000)],
  ['form', 'List-Unsubscribe=One-Click'],
  ['; charset', 'List-Unsubscribe=One-Click'],
  ['', 'List-Unsubscribe=One-Click'],
]

const post = async (url: string, type: string | null, payload: string) =>
  (await t.app.inject({ method: 'POST', url, payload, ...(type !== null && { headers: { 'content-type': type } }) }))
    .statusCode

test('a wrong link is not found, and another resource still refuses other types', async () => {
  for (const [type, body] of BODIES) assert.equal(await post('/unsubscribe/wrong', type, body), 404, String(type))
  const headers = { authorization: `Bearer ${t.created.token}`, 'content-type': 'multipart/form-data; boundary=b' }
  assert.equal((await t.app.inject({ method: 'POST', url: '/tags', payload: FORM, headers })).statusCode, 415)
})

test('one click unsubscribes with any body and any Content-Type', async () => {
  for (const [type, body] of BODIES) {
    const contact = await aContact(t.workspace)
    assert.equal(await post(linkOf(contact), type, body), 200, `${type}`)
    assert.equal(await isUnsubscribed(contact), true, `${type}`)
  }
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
