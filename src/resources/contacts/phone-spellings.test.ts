// Contacts found by phone number, although it is written in the old or the new way of its country.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { getCountries, getExampleNumber } from 'libphonenumber-js'
import examples from 'libphonenumber-js/mobile/examples'
import { e164 } from '#lib/phone.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { setSmsConsent } from './activity-queries.ts'
import { contactByPhone } from './create.ts'
import { findContactsBy } from './queries.ts'

const t = await testApp()
const { workspace, call } = t
const { sql } = workspace

type Pair = [written: string, other: string]

test('different numbers are different contacts, however alike they are', async () => {
  const pairs: Pair[] = [
    // Brazil: landlines, another area, a mobile number that never had eight digits, and other countries.
    ...([
      ['+55 47 3333-4444', '+55 47 93333-4444'],
      ['+55 47 99999-8888', '+55 48 99999-8888'],
      ['+55 11 5123-4567', '+55 11 95123-4567'],
      ['+55 47 99999-8888', '+55 47 99999-8889'],
    ] satisfies Pair[]),
    ...([
      ['+52 55 1234 5678', '+52 55 1234 5679'],
      ['+52 155 123 4567', '+52 55 1234 567 0'],
      ['+1 55 1234 5678', '+52 55 1234 5678'],
    ] satisfies Pair[]),
    ...([
      ['+54 9 11 2345 6789', '+54 9 11 2345 6780'],
      ['+54 11 2345 6789', '+54 351 234 5678'],
      ['+549 1123456789', '+5911 23456789'],
      ['+49 9 1123456789', '+49 1123456789'],
    ] satisfies Pair[]),
  ]
  for (const [written, other] of pairs) {
    const [row] = await sql`select phone_key(${plain(written)}) = phone_key(${plain(other)}) as is_same`
    assert.equal(row?.['is_same'], false, `${written} and ${other}`)
  }
})

const plain = (phone: string) => phone.replace(/[^+\d]/g, '')

test('a number in another spelling is the same contact, in both directions', async () => {
  const pairs: Pair[] = [
    ['+52 1 55 1234 5678', '+525512345678'],
    ['+52 1 33 2345 6789', '+52 33 2345 6789'],
    ['0052 1 81 1234 5670', '+528112345670'],
    ['5216641234567', '+526641234567'],
    ['+54 9 11 2345 6789', '+54 11 2345 6789'],
    ['+54 9 351 234 5678', '+543512345678'],
    ['+54 11 15 2345 6780', '+54 11 2345 6780'],
    ['+54 9 2966 42 3456', '+542966423456'],
    ['+55 47 99999-8888', '+55 47 9999-8888'],
    ['+55 11 98765-4321', '+551187654321'],
    ['+55 21 96123-4567', '+552161234567'],
    ['5585976543210', '+558576543210'],
  ]
  for (const [one, other] of pairs) {
    for (const [stored, incoming] of [
      [one, other],
      [other, one],
    ] as const) {
      await call('POST /extensions/sandbox/reset')
      const { body: contact } = await call('POST /contacts', { role: 'user', external_id: 'a', phone: stored })
      const found = await atomically(workspace, (workspace) => contactByPhone(workspace, e164(incoming)!, null))
      assert.equal(found.id, contact.id, `${stored} is stored, ${incoming} comes in`)
    }
  }
})

test('of two spellings that come in at once, both are one lead', async () => {
  await call('POST /extensions/sandbox/reset')
  const numbers = ['+5547988887777', '+554788887777', '+5547988887777', '+554788887777']
  const leads = await Promise.all(
    numbers.map((number) => atomically(workspace, (workspace) => contactByPhone(workspace, number, null))),
  )
  assert.equal(new Set(leads.map(({ id }) => id)).size, 1)
})

test('who opts out by SMS opts out in every spelling', async () => {
  await call('POST /extensions/sandbox/reset')
  const [old, now] = [
    await aContact(workspace, { formatted_phone: '+554799998888' }),
    await aContact(workspace, { formatted_phone: '+5547999998888' }),
  ]
  const changed = await setSmsConsent(workspace, '+5547999998888', false)
  assert.deepEqual(changed.map(({ id }) => id).sort(), [old, now].sort())
})

test('a contact shows that it opted out or asked for SMS, and only a change of the first is an event', async () => {
  await call('POST /extensions/sandbox/reset')
  const id = await aContact(workspace, { formatted_phone: '+554799998888' })
  const steps: [is_wanted: boolean, subscription_changed: boolean | undefined][] = [
    [true, false],
    [true, undefined],
    [false, true],
    [false, undefined],
    [true, true],
  ]
  for (const [is_wanted, subscription_changed] of steps) {
    const [changed] = await setSmsConsent(workspace, '+5547999998888', is_wanted)
    assert.equal(changed?.subscription_changed, subscription_changed)
    const { body } = await call(`GET /contacts/${id}`)
    assert.deepEqual([body.sms_consent, body.unsubscribed_from_sms], [is_wanted, !is_wanted])
  }
})

test('only numbers of Mexico, Argentina and Brazil have spellings, and no two countries share a number', async () => {
  const numbers = getCountries().flatMap((country) => getExampleNumber(country, examples)?.number ?? [])
  const rows = await sql<{ number: string; key: string }[]>`
    select distinct number, phone_key(number) as key from unnest(${numbers}::text[]) number`
  assert.equal(new Set(rows.map(({ key }) => key)).size, rows.length)
  const changed = rows.filter(({ number, key }) => number !== key).map(({ number }) => number.slice(0, 3))
  assert.deepEqual(changed.sort(), ['+54', '+55'])
})

test('a contact stored before gets the number that its phone has by now', async () => {
  await call('POST /extensions/sandbox/reset')
  const rows: [phone: string, before: string | null, after: string | null][] = [
    ['(202) 555-0147', '+2025550147', null],
    ['312 555 0198', '+3125550198', null],
    ['84951234567', '+84951234567', null],
    ['ask at the desk', null, null],
    ['+52 1 55 1234', null, null],
    ['+52 1 55 1234 5678', null, '+525512345678'],
    ['005215512345678', null, '+525512345678'],
    ['5215512345678', null, '+525512345678'],
    ['+52 55 1234 5678', '+525512345678', '+525512345678'],
    ['0047 999 99 888', '+4799999888', '+4799999888'],
    ['5547999998888', '+5547999998888', '+5547999998888'],
    ['+20 2 5550 1470', '+20255501470', '+20255501470'],
  ]
  for (const [phone, formatted_phone, after] of rows) {
    await aContact(workspace, { phone, formatted_phone })
    assert.equal(e164(phone), after, phone)
  }
  const migration = readFileSync(new URL('../../../migrations/0017_phone_key.sql', import.meta.url), 'utf8')
  for (const [update] of migration.matchAll(/^update [^;]*;/gm)) await sql.unsafe(update)
  const stored = await sql<{ phone: string; formatted_phone: string | null }[]>`
    select phone, formatted_phone from contacts where workspace_id = ${workspace.id}`
  const expected = Object.fromEntries(rows.map(([phone, , after]) => [phone, after]))
  assert.deepEqual(Object.fromEntries(stored.map((row) => [row.phone, row.formatted_phone])), expected)
})

test('the look-up uses an index, also before there are statistics', async () => {
  await sql`
    insert into contacts (workspace_id, id, role, formatted_phone, created_at, updated_at)
    select ${workspace.id}, lpad(to_hex(n), 24, '0'), 'user', '+1202' || (5000000 + n), now(), now()
    from generate_series(1, 3000) n`
  const lookUp = findContactsBy(workspace, 'formatted_phone', '+12025000007')
  assert.equal((await lookUp).length, 1)
  const plan = async () =>
    (
      await sql`
        explain (costs off) select * from contacts
        where workspace_id = ${workspace.id} and phone_key(formatted_phone) = phone_key('+12025000007') and is_live`
    )
      .map((row) => row['QUERY PLAN'])
      .join('\n')
  assert.match(await plan(), /contacts_by_phone_key/)
  await sql`analyze contacts`
  assert.match(await plan(), /contacts_by_phone_key/)
})
