// WhatsApp users whose number Meta withholds: a business-scoped user id says who they are, and they can be answered.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { aContact, eventually } from '../../../test/factories.ts'
import { whatsapp } from '../../../test/whatsapp.ts'

const w = await whatsapp()
const { t, peer, postWebhook, send } = w
const { call, workspace } = t
const { sql } = t.database
const NUMBER = '12025550123'
const USER = 'US.13491208655302741918'

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

let written = 0
type Who = { from?: unknown; wa_id?: unknown; user?: unknown; username?: string; name?: string }

/** The value of a callback with one message. Members that are not given are absent. */
function wrote({ user, wa_id, name, username, ...from }: Who, body = 'Hello', more = {}) {
  const profile = { ...(name && { name }), ...(username && { username }) }
  const timestamp = String(Math.floor(Date.now() / 1000))
  const of = user === undefined ? {} : { from_user_id: user }
  return {
    contacts: [{ profile, ...(wa_id !== undefined && { wa_id }), ...(user !== undefined && { user_id: user }) }],
    messages: [{ ...from, ...of, id: `wamid.u${written++}`, timestamp, type: 'text', text: { body }, ...more }],
  }
}
const write = async (...message: Parameters<typeof wrote>) => {
  const value = wrote(...message)
  assert.equal((await postWebhook(value)).status, 200)
  return value
}
const conversations = async () => (await call('GET /conversations')).body.conversations
const contacts = async () => (await call('GET /contacts')).body.data
const writers = async () =>
  (await conversations()).map((one: { contacts: { contacts: { id: string }[] } }) => one.contacts.contacts[0]?.id)

describe('a message without a usable number', () => {
  const users: [what: string, who: Who, name: string | null][] = [
    ['from is null', { from: null, user: USER }, null],
    ['from is empty, as wa_id is', { from: '', wa_id: '', user: USER, name: 'Anna' }, 'Anna'],
    ['from is absent', { user: USER, username: '@anna' }, '@anna'],
    ['wa_id is null', { wa_id: null, user: USER, name: 'Anna' }, 'Anna'],
    ['from is an object', { from: {}, user: USER }, null],
    ['from is the user id', { from: USER }, null],
    ['from is a word', { from: 'anna', user: USER }, null],
    ['from is too short', { from: '12', user: USER }, null],
    ['from is too long', { from: '1'.repeat(40), user: USER }, null],
    ['the user id is that of a group of businesses', { user: 'US.ENT.11815799212886844830' }, null],
    ['the user id has letters', { user: 'BR.1A2b3C', name: '  Zé  ' }, 'Zé'],
  ]
  for (const [what, who, name] of users) {
    test(`is of a lead without a phone: ${what}`, async () => {
      await write(who, 'Is anybody there?')
      await write(who, 'Hello?')
      const [contact, ...more] = await contacts()
      assert.deepEqual([contact.role, contact.phone, contact.name, more.length], ['lead', null, name, 0])
      const [one, ...others] = await conversations()
      assert.deepEqual([one.source.body, others.length], ['<p>Is anybody there?</p>', 0])
    })
  }

  test('is listed if it does not say either who wrote it', async () => {
    for (const who of [
      {},
      { from: '' },
      { user: '' },
      { user: null },
      { user: 7 },
      { user: 'nobody' },
      { user: ['US.1'] },
    ])
      await write(who)
    assert.deepEqual(await contacts(), [])
    const { data } = (await call('GET /extensions/inbound')).body
    assert.deepEqual(new Set(data.map(({ reason }: { reason: string }) => reason)), new Set(['unreadable']))
    assert.equal(data.length, 7)
  })

  test('finds its profile among those of others in one callback', async () => {
    const [ann, bob] = [
      wrote({ user: 'US.1', name: 'Ann' }, 'I am Ann'),
      wrote({ user: 'US.2', name: 'Bob' }, 'I am Bob'),
    ]
    const contact = { wa_id: NUMBER, profile: { name: 'Carl' } }
    const both = { contacts: [contact, ...bob.contacts, ...ann.contacts], messages: [...ann.messages, ...bob.messages] }
    assert.equal((await postWebhook(both)).status, 200)
    const names = (await contacts()).map(({ name }: { name: string }) => name)
    assert.deepEqual(names.sort(), ['Ann', 'Bob'])
  })

  test('is added once, however often and however many at once', async () => {
    const value = wrote({ user: USER })
    await Promise.all([postWebhook(value), postWebhook(value), postWebhook(wrote({ user: USER }, 'Two'))])
    assert.equal((await contacts()).length, 1)
    assert.equal((await conversations()).length, 1)
  })

  test('of a blocked contact is listed', async () => {
    await write({ user: USER })
    await sql`update contacts set blocked_at = now() where workspace_id = ${workspace.id}`
    await write({ user: USER, username: '@anna' }, 'Please')
    const { data } = (await call('GET /extensions/inbound')).body
    assert.deepEqual([data[0].reason, data[0].from, data[0].preview], ['blocked', '@anna', 'Please'])
  })

  test('belongs to its workspace alone', async () => {
    await write({ user: USER })
    const rows = await sql`select from whatsapp_users where workspace_id <> ${workspace.id}`
    assert.equal(rows.count, 0)
  })
})

describe('a later message with a number and a user id', () => {
  const both = { from: NUMBER, wa_id: NUMBER, user: USER }

  test('gives the lead its number', async () => {
    await write({ user: USER })
    await write(both)
    await write({ from: NUMBER, wa_id: NUMBER })
    const [contact, ...more] = await contacts()
    assert.deepEqual([contact.phone, more.length], [`+${NUMBER}`, 0])
    assert.equal((await conversations()).length, 1)
  })

  test('gives the contact of the number its user id', async () => {
    const joe = await aContact(workspace, { formatted_phone: `+${NUMBER}` })
    await write(both)
    await write({ user: USER }, 'Without a number now')
    assert.deepEqual(await writers(), [joe])
  })

  test('leads to the contact of the number, if its lead is nothing but a user id', async () => {
    await write({ user: USER })
    const joe = await aContact(workspace, { formatted_phone: `+${NUMBER}` })
    await write(both)
    await write({ user: USER }, 'Again')
    const [latest] = await writers()
    assert.equal(latest, joe)
    assert.equal((await contacts()).length, 2)
  })

  test('does not change a contact whose user id has other addresses', async () => {
    await write({ user: USER })
    const [lead] = await contacts()
    await call(`PUT /contacts/${lead.id}`, { email: 'anna@example.org', phone: '+12025550199' })
    await aContact(workspace, { formatted_phone: `+${NUMBER}` })
    await write(both)
    assert.deepEqual(await writers(), [lead.id])
    assert.equal((await call(`GET /contacts/${lead.id}`)).body.phone, '+12025550199')
  })

  test('of a new owner of the number does not reach the contact of the old one', async () => {
    await write(both)
    const [old] = await contacts()
    await write({ ...both, user: 'US.2', name: 'New owner' })
    await write({ user: 'US.2' }, 'Me again')
    await write({ user: USER }, 'And me')
    const found = await contacts()
    assert.equal(found.length, 2)
    assert.deepEqual(new Set(await writers()), new Set(found.map(({ id }: { id: string }) => id)))
    assert.equal(found.find(({ id }: { id: string }) => id === old.id).phone, `+${NUMBER}`)
  })

  test('connects nothing with a number that only a page said', async () => {
    const joe = await aContact(workspace, { formatted_phone: `+${NUMBER}`, phone_trusted: false })
    await write(both)
    await write({ user: USER }, 'Without a number now')
    const found = await contacts()
    assert.equal(found.length, 2)
    assert.deepEqual(new Set(await writers()), new Set([joe, found.find(({ id }: { id: string }) => id !== joe).id]))
    const rows = await sql`select from whatsapp_users where contact_id = ${joe}`
    assert.equal(rows.count, 0)
  })

  test('of a number that no numbering plan knows is of one lead', async () => {
    const odd = { from: '999123456789', wa_id: '999123456789', user: USER }
    await write(odd)
    await write({ user: USER })
    await write({ from: '999123456789' })
    assert.deepEqual(
      (await contacts()).map(({ phone }: { phone: string }) => phone),
      ['+999123456789'],
    )
  })
})

test('a changed user id is the same contact', async () => {
  await write({ user: USER })
  const system = { type: 'user_changed_user_id', previous_user_id: USER, user_id: 'US.2' }
  await write({}, '', { type: 'system', system, text: undefined })
  await write({}, '', { type: 'system', system: { ...system, previous_user_id: 'US.unknown', user_id: 'US.3' } })
  await write({ user: 'US.2' })
  assert.equal((await contacts()).length, 1)
})

describe('an answer', () => {
  const answer = { message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'Hi' }
  const sent = async (count = 1) => {
    await eventually(
      async () => (await call('GET /extensions/deliveries')).body.data,
      (all) => all.length === count && all.every(({ status }: { status: string }) => status !== 'queued'),
    )
    return peer.received.at(-1)
  }

  test('is addressed by the user id, and a quote of it answers it', async () => {
    await write({ user: USER })
    const [{ id }] = await conversations()
    await call(`POST /conversations/${id}/reply`, answer)
    const received = await sent()
    assert.deepEqual([received?.['recipient'], received?.to], [USER, undefined])
    await call(`POST /conversations/${id}/parts`, { ...answer, message_type: 'close' })
    await sql`update conversations set last_close_at = now() - interval '20 days'`
    await write({ user: USER }, 'To that', { context: { id: received?.wamid } })
    assert.equal((await conversations()).length, 1)
  })

  test('is addressed by the number as soon as it is known', async () => {
    await write({ user: USER })
    await write({ user: USER, from: NUMBER, wa_id: NUMBER })
    const [{ id }] = await conversations()
    await call(`POST /conversations/${id}/reply`, answer)
    const received = await sent()
    assert.deepEqual([received?.to, received?.['recipient']], [NUMBER, undefined])
  })

  test('a day after the user wrote fails', async () => {
    await write({ user: USER }, 'Hello', { timestamp: String(Math.floor(Date.now() / 1000) - 90_000) })
    const [{ id }] = await conversations()
    await call(`POST /conversations/${id}/reply`, answer)
    await sent()
    const [{ error }] = (await call('GET /extensions/deliveries')).body.data
    assert.equal(error.code, '131047')
  })

  test('a template is sent to the user id; Meta’s refusal of a one-time password says why', async () => {
    await write({ user: USER })
    const [contact] = await contacts()
    await send(contact.id)
    assert.equal((await sent())?.['recipient'], USER)
    peer.fail = () => ({ status: 400, code: 131062 })
    await send(contact.id)
    await sent(2)
    peer.fail = () => undefined
    const failed = (await call('GET /extensions/deliveries?status=failed')).body.data
    assert.match(failed[0].error.reason, /needs a phone number/)
  })
})

test('all requests to Meta are valid', () => assert.deepEqual(peer.faults, []))
