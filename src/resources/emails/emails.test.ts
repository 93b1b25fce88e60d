// Sender addresses: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { txtLookup } from '#net/txt-records.ts'
import { testApp } from '../../../test/app.ts'
import { nameServer } from '../../../test/dns.ts'
import { postMail, rawMail, SMTP_ACCOUNT } from '../../../test/mail.ts'

const zone = new Map<string, string[]>()
const dns = await nameServer((name) => zone.get(name) ?? [])
const t = await testApp({ look_up_txt: txtLookup([dns.address]) })
const { id: workspace_id } = t.created

const anEmail = async (email: string, fields: object = {}) =>
  (await t.call('POST /extensions/emails', { email, ...fields })).body
const read = async ({ id }: { id: string }) => (await t.call(`GET /emails/${id}`)).body
const addressOf = async (brand: string) => (await t.call(`GET /brands/${brand}`)).body.default_address_settings_id

test('every operation needs a token; reading needs a version from 2.15', async () => {
  const writes = ['POST /extensions/emails', 'PUT /extensions/emails/1', 'DELETE /extensions/emails/1']
  for (const route of ['GET /emails', 'GET /emails/1', ...writes])
    assert.equal((await t.call(route, /^P/.test(route) ? {} : undefined, { token: null })).status, 401, route)
  for (const route of ['GET /emails', 'GET /emails/1'])
    assert.equal((await t.call(route, undefined, { version: '2.14' })).status, 400, route)
})

test('a wrong address is refused, and nothing is saved', async () => {
  const { id } = await anEmail('taken@example.org')
  const other = await anEmail('other@example.org')
  const { body: before } = await t.call('GET /emails')
  const cases: [route: string, body: unknown, status: number, message: RegExp][] = [
    ['GET /emails/999999', undefined, 404, /^Email setting not found$/],
    ['GET /emails/none', undefined, 404, /^Email setting not found$/],
    ['PUT /extensions/emails/999999', { default: true }, 404, /^Email setting not found$/],
    ['DELETE /extensions/emails/999999', undefined, 404, /^Email setting not found$/],
    ['POST /extensions/emails', {}, 400, /email/],
    ['POST /extensions/emails', { email: 'no address' }, 400, /email/],
    ['POST /extensions/emails', { email: 'a@b@c.example' }, 400, /email/],
    ['POST /extensions/emails', { email: `${'x'.repeat(320)}@example.org` }, 400, /email/],
    ['POST /extensions/emails', { email: 'TAKEN@Example.org' }, 409, /already/],
    [`PUT /extensions/emails/${other.id}`, { email: 'taken@example.org' }, 409, /already/],
    ['POST /extensions/emails', { email: 'b@example.org', brand_id: 999999 }, 404, /^Brand not found$/],
    [`PUT /extensions/emails/${id}`, { brand_id: 'none', default: true }, 404, /^Brand not found$/],
  ]
  for (const [route, body, status, message] of cases) {
    const answer = await t.call(route, body)
    assert.equal(answer.status, status, `${route} ${answer.text}`)
    assert.match(answer.body.errors[0].message, message)
  }
  assert.deepEqual((await t.call('GET /emails')).body, before)
})

test('a brand sends from its default address, else from its oldest one, else from that of the default brand', async () => {
  for (const { id } of (await t.call('GET /emails')).body.data) await t.call(`DELETE /extensions/emails/${id}`)
  assert.equal(await addressOf(workspace_id), null)
  const main = await anEmail('main@example.net')
  assert.deepEqual([main.brand_id, main.domain, main.verified], [workspace_id, 'example.net', false])
  const { body: brand } = await t.call('POST /extensions/brands', { name: 'Gold' })
  assert.equal(await addressOf(brand.id), main.id)
  const first = await anEmail('first@example.net', { brand_id: brand.id })
  const second = await anEmail('second@example.net', { brand_id: brand.id })
  assert.equal(await addressOf(brand.id), first.id)
  await t.call(`PUT /extensions/emails/${second.id}`, { default: true })
  assert.equal(await addressOf(brand.id), second.id)
  await t.call(`PUT /extensions/emails/${first.id}`, { default: true, email: 'renamed@example.com' })
  assert.equal(await addressOf(brand.id), first.id)
  assert.equal((await read(first)).domain, 'example.com')
  assert.equal(await addressOf(workspace_id), main.id)
  await t.call(`DELETE /extensions/brands/${brand.id}`)
  assert.equal((await read(first)).brand_id, workspace_id)
  assert.equal((await t.call(`DELETE /extensions/emails/${first.id}`)).status, 204)
  assert.equal((await t.call(`GET /emails/${first.id}`)).status, 404)
})

test('an address is verified while the email account sends from it, or when its domain is proven', async () => {
  const sends = await anEmail('Hello@example.com')
  const proven = await anEmail('billing@in.example.com')
  assert.deepEqual([sends.verified, proven.verified], [false, false])
  const { body: account } = await t.call('POST /extensions/channels', SMTP_ACCOUNT)
  assert.deepEqual([(await read(sends)).verified, (await read(proven)).verified], [true, false])
  const path = `/extensions/channels/${account.id}`
  const { record } = (await t.call(`POST ${path}/verify`, {})).body
  zone.set(record.name, [record.value])
  assert.equal((await t.call(`POST ${path}/verify`, {})).body.status, 'proven')
  assert.equal((await read(proven)).verified, true)
  await t.call(`DELETE ${path}`)
  assert.deepEqual([(await read(sends)).verified, (await read(proven)).verified], [false, false])
})

test('the time of the last forwarded mail is that of a mail to the address', async () => {
  await t.call('POST /extensions/channels', SMTP_ACCOUNT)
  const on = await anEmail('Forwarded@example.com', { forwarding_enabled: true })
  const off = await anEmail('off@example.com')
  assert.equal(on.forwarded_email_last_received_at, null)
  const to = 'forwarded@example.com, off@example.com'
  assert.equal((await postMail(t.call, rawMail({ to }))).status, 200)
  const { created_at, forwarded_email_last_received_at } = await read(on)
  assert.ok(forwarded_email_last_received_at >= created_at)
  assert.equal((await read(off)).forwarded_email_last_received_at, null)
})
