// Every kind of WhatsApp message, also with members that Meta does not document: its content is shown, or it is listed.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { storable, storableJson } from '#lib/text.ts'
import { aContact } from '../../../test/factories.ts'
import { wrote } from '../../../test/meta.ts'
import { whatsapp } from '../../../test/whatsapp.ts'

const w = await whatsapp()
const { t, postWebhook, send, becomes } = w
const { call, workspace } = t
const NUMBER = '12025550123'

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

type Sent = { type: string; [part: string]: unknown }
const write = async (message: Sent) => {
  const value = wrote(NUMBER, message)
  const { status } = await postWebhook(value)
  assert.equal(status, 200, JSON.stringify(message))
  return value.messages[0]?.id as string
}
const plain = (html: string | null) =>
  (html ?? '')
    .replace(/<br>|<\/p>\n<p>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
const listed = async () => (await call('GET /extensions/inbound')).body.data
async function parts() {
  const { conversations } = (await call('GET /conversations')).body
  assert.equal(conversations.length, 1)
  const { body } = await call(`GET /conversations/${conversations[0].id}`)
  return body.conversation_parts.conversation_parts
}

describe('the text and the data of', () => {
  const item = (product_retailer_id: string, quantity: unknown, item_price: unknown, currency = 'EUR') => ({
    ...{ product_retailer_id, quantity, item_price, currency },
  })
  const order = (order: object) => ({ type: 'order', order: { catalog_id: '194', ...order } })
  const kinds: [what: string, message: Sent, body: string][] = [
    ['an order without items', order({ text: 'Anything blue?', product_items: null }), 'Anything blue?\nOrder:'],
    ['an order of unknown things', order({ product_items: [{}, null, 7] }), 'Order:\n1 × an unknown product'],
    [
      'an order',
      order({ text: 'For Friday', product_items: [item('SKU-1', 2, 12.5), item('SKU-2', 1, 0.1)] }),
      'For Friday\nOrder:\n2 × SKU-1 at 12.5 EUR\n1 × SKU-2 at 0.1 EUR\nTotal: 25.1 EUR',
    ],
    [
      'an order with numbers as text',
      order({ product_items: [item('SKU-1', '3', '0.1')] }),
      'Order:\n3 × SKU-1 at 0.1 EUR\nTotal: 0.3 EUR',
    ],
    [
      'an order in two currencies',
      order({ product_items: [item('A', 1, 1), item('B', 1, 2, 'USD')] }),
      'Order:\n1 × A at 1 EUR\n1 × B at 2 USD',
    ],
    [
      'an order without a price',
      order({ product_items: [{ product_retailer_id: 'A', quantity: 4 }] }),
      'Order:\n4 × A',
    ],
    [
      'a location of numbers as text',
      { type: 'location', location: { latitude: '48.2', longitude: '16.4' } },
      'Location: 48.2, 16.4\nhttps://maps.google.com/?q=48.2,16.4',
    ],
    ['a location without a point', { type: 'location', location: { name: 'Café', latitude: null } }, 'Location: Café'],
    [
      'a contact with parts of a name',
      { type: 'contacts', contacts: [{ name: { first_name: 'Ann', last_name: 'Lee' }, org: { company: 'Lee & Co' } }] },
      'Contact: Ann Lee, Lee &amp; Co',
    ],
    [
      'contacts, one of them odd',
      { type: 'contacts', contacts: [7, { phones: [null, { phone: '+1 202' }] }] },
      'Contact: +1 202',
    ],
    ['an unknown type', { type: 'hologram', hologram: { id: '7' } }, '[A message that cannot be shown here: hologram]'],
    [
      'a type named like a property of all objects',
      { type: 'constructor' },
      '[A message that cannot be shown here: constructor]',
    ],
    [
      'an unsupported message',
      { type: 'unsupported', errors: [{ code: 131051, title: 'Poll' }] },
      '[A message that cannot be shown here: Poll]',
    ],
    [
      'an interactive message of an unknown kind',
      { type: 'interactive', interactive: { type: 'x' } },
      '[A message that cannot be shown here: interactive]',
    ],
    [
      'an edit of an unknown message',
      { type: 'edit', edit: { original_message_id: 'wamid.q', message: { type: 'text', text: { body: 'Better' } } } },
      'Edited: Better',
    ],
    [
      'a text with a product',
      { type: 'text', text: { body: 'This?' }, context: { referred_product: { product_retailer_id: 'A' } } },
      'This?',
    ],
  ]
  for (const [what, message, body] of kinds) {
    test(`${what} are shown`, async () => {
      await write({ type: 'text', text: { body: 'Hello' } })
      await write(message)
      const [part] = await parts()
      assert.equal(plain(part.body), body)
      assert.notDeepEqual(part.metadata, {})
    })
  }

  test('an order are all in the metadata, and an unknown message is', async () => {
    await write({ type: 'text', text: { body: 'Hello' } })
    await write(order({ text: 'Hi', product_items: [item('A', 1, 2)] }))
    const id = await write({ type: 'hologram', hologram: { depth: [1, { a: null }] } })
    const [first, second] = await parts()
    assert.deepEqual(first.metadata, { order: { catalog_id: '194', text: 'Hi', product_items: [item('A', 1, 2)] } })
    const { whatsapp_message } = second.metadata
    assert.deepEqual([whatsapp_message.id, whatsapp_message.hologram], [id, { depth: [1, { a: null }] }])
  })
})

describe('a message about another one', () => {
  const about = (wamid: string): [message: Sent, body: string][] => [
    [
      { type: 'edit', edit: { original_message_id: wamid, message: { type: 'text', text: { body: 'Tuesday' } } } },
      'Edited: Tuesday',
    ],
    [
      {
        type: 'edit',
        edit: { original_message_id: wamid, message: { type: 'image', image: { id: '7', caption: 'My dog' } } },
      },
      'Edited: My dog',
    ],
    [{ type: 'revoke', revoke: { original_message_id: wamid } }, '[Deleted a message]'],
    [{ type: 'reaction', reaction: { message_id: wamid, emoji: '👍' } }, 'Reacted with 👍'],
    [{ type: 'reaction', reaction: { message_id: wamid } }, '[Removed a reaction]'],
    [{ type: 'reaction', reaction: { message_id: wamid, emoji: '' } }, '[Removed a reaction]'],
  ]

  test('of the contact is added to its conversation, also after that was closed for long', async () => {
    const wamid = await write({ type: 'text', text: { body: 'Monday' } })
    const [{ id }] = (await call('GET /conversations')).body.conversations
    const close = { message_type: 'close', type: 'admin', admin_id: workspace.admin_id }
    for (const [message, body] of about(wamid)) {
      await call(`POST /conversations/${id}/parts`, close)
      await t.database.sql`update conversations set last_close_at = now() - interval '20 days'`
      await write(message)
      const said = (await parts()).map((part: { body: string | null }) => plain(part.body))
      assert.ok(said.includes(body), body)
      assert.equal((await call(`GET /conversations/${id}`)).body.state, 'open')
    }
    const [edit] = await parts().then((all) =>
      all.filter(({ body }: { body: string | null }) => body?.includes('Tuesday')),
    )
    assert.deepEqual(edit.metadata, { edited: wamid })
  })

  test('of ours is added to the conversation of that message', async () => {
    const joe = await aContact(workspace, { formatted_phone: `+${NUMBER}` })
    const id = await send(joe)
    const { provider_id } = await becomes(id, 'sent')
    await write({ type: 'reaction', reaction: { message_id: provider_id, emoji: '❤️' } })
    const { conversations } = (await call('GET /conversations')).body
    assert.deepEqual([conversations.length, conversations[0].source.id], [1, id])
  })

  test('that is unknown, or of another contact, is listed and makes no contact', async () => {
    for (const [message] of about('wamid.unknown').slice(2)) await write(message)
    assert.equal((await call('GET /contacts')).body.total_count, 0)
    const wamid = await write({ type: 'text', text: { body: 'Mine' } })
    const value = wrote('12025550177', { type: 'revoke', revoke: { original_message_id: wamid } })
    assert.equal((await postWebhook(value)).status, 200)
    const reasons = (await listed()).map(({ reason }: { reason: string }) => reason)
    assert.deepEqual(reasons, ['refused', ...Array(4).fill('unknown_original')])
    assert.equal((await parts()).length, 0)
  })
})

/** Every known type, with every member that Meta documents. */
const COMPLETE: Sent[] = [
  { type: 'text', text: { body: 'Hello' } },
  ...['image', 'video', 'audio', 'voice', 'document', 'sticker'].map((type) => ({
    ...{
      type,
      [type]: {
        id: '77',
        mime_type: 'image/jpeg',
        sha256: 'aGFzaA==',
        caption: 'c',
        filename: 'f.jpg',
        voice: true,
        animated: true,
        url: 'https://x.example',
      },
    },
  })),
  { type: 'button', button: { text: 'Yes', payload: 'YES' } },
  { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'b1', title: 'Tomorrow' } } },
  {
    type: 'interactive',
    interactive: { type: 'list_reply', list_reply: { id: 'l1', title: 'Blue', description: 'd' } },
  },
  {
    type: 'interactive',
    interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{}' } },
  },
  { type: 'location', location: { latitude: 1.5, longitude: 2, name: 'n', address: 'a', url: 'https://x.example' } },
  {
    type: 'contacts',
    contacts: [
      {
        name: { formatted_name: 'Ann', first_name: 'Ann' },
        phones: [{ phone: '+1', wa_id: '1', type: 'HOME' }],
        emails: [{ email: 'a@b.co' }],
        org: { company: 'C' },
      },
    ],
  },
  {
    type: 'order',
    order: {
      catalog_id: '1',
      text: 't',
      product_items: [{ product_retailer_id: 'A', quantity: 1, item_price: 2, currency: 'EUR' }],
    },
  },
  {
    type: 'edit',
    edit: { original_message_id: 'wamid.o', message: { type: 'text', text: { body: 'b' }, context: { id: 'M0' } } },
  },
  {
    type: 'edit',
    edit: { original_message_id: 'wamid.o', message: { type: 'image', image: { id: '7', caption: 'b' } } },
  },
  { type: 'revoke', revoke: { original_message_id: 'wamid.o' } },
  { type: 'reaction', reaction: { message_id: 'wamid.o', emoji: '👍' } },
  {
    type: 'system',
    system: { body: 'b', wa_id: '12025550124', type: 'user_changed_number', user_id: 'US.2', previous_user_id: 'US.1' },
  },
  {
    type: 'unsupported',
    errors: [{ code: 131051, title: 'Message type unknown', message: 'm', error_data: { details: 'd' } }],
  },
  { type: 'request_welcome' },
].map((message) => ({
  ...message,
  ...{
    context: {
      id: 'wamid.c',
      from: '1',
      forwarded: true,
      referred_product: { catalog_id: '1', product_retailer_id: 'A' },
    },
  },
  ...{ referral: { source_url: 'https://x.example', headline: 'h' }, from_user_id: 'US.77' },
}))

const NONE = Symbol('missing')
const WRONG = [
  null,
  NONE,
  7,
  -1,
  true,
  'text',
  '',
  [],
  [null],
  {},
  { a: { b: 1 } },
  '\u0000',
  '\ud83d',
  'x'.repeat(70_000),
]

/** Yields the value with each of its members, at any depth, replaced by each of the wrong values. */
function* spoiled(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    const copy = () => (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    for (const wrong of WRONG) {
      const changed = copy()
      if (wrong === NONE) delete changed[key]
      else changed[key] = wrong
      yield changed
    }
    for (const deeper of spoiled(inner)) yield { ...copy(), [key]: deeper }
  }
}

for (const message of COMPLETE) {
  test(`no ${message.type} with a wrong member is lost: ${JSON.stringify(message).slice(0, 70)}`, async () => {
    const value = wrote(NUMBER, message)
    const messages = [...spoiled(value.messages[0])].map((one, n) =>
      (one as { id?: unknown }).id === value.messages[0]?.id ? { ...(one as object), id: `wamid.s${n}` } : one,
    )
    for (let at = 0; at < messages.length; at += 200) {
      const { status } = await postWebhook({ ...value, messages: messages.slice(at, at + 200) })
      assert.equal(status, 200)
    }
    const { sql } = t.database
    const kept = await sql<{ id: string }[]>`
      select provider_id as id from received_messages
      where workspace_id = ${workspace.id} and channel = 'whatsapp' and conversation_id is not null
      union select provider_id from inbound_messages where workspace_id = ${workspace.id}`
    const known = new Set(kept.map(({ id }) => id))
    const ids = messages.map((one) => (one as { id?: unknown }).id)
    const named = ids.filter(
      (id) => typeof id === 'number' || (typeof id === 'string' && /^.{1,512}$/.test(storable(id))),
    )
    assert.deepEqual(
      named.filter((id) => !known.has(storable(String(id)))),
      [],
    )
    const nameless = messages.filter((_, n) => !named.includes(ids[n]))
    const contents = new Set(nameless.map((one) => JSON.stringify(storableJson(one))))
    assert.equal([...known].filter((id) => id.startsWith('sha256:')).length, contents.size)
  })
}

test('a single object counts as a list of it, and a number as an id', async () => {
  const { messages, contacts } = wrote(NUMBER, { type: 'text', text: { body: 'Hello' } })
  const { peer, webhook } = w
  const metadata = { phone_number_id: Number(peer.phone_number_id) }
  const value = { metadata, messages: messages[0], contacts: contacts[0] }
  const body = { object: 'x', entry: { changes: { field: 'messages', value } } }
  assert.equal((await peer.post(webhook, body)).status, 200)
  assert.equal((await parts()).length, 0)
})

test('no message is lost because of its contact', async () => {
  const contacts = [...spoiled({ wa_id: NUMBER, user_id: 'US.1', profile: { name: 'n', username: '@u' } })]
  for (const contact of [...contacts, ...WRONG.filter((wrong) => wrong !== NONE)]) {
    const { messages } = wrote(NUMBER, { type: 'text', text: { body: 'Hello' } })
    for (const list of [[contact], contact]) assert.equal((await postWebhook({ contacts: list, messages })).status, 200)
  }
  assert.equal((await parts()).length, contacts.length + WRONG.length - 2)
  assert.deepEqual(await listed(), [])
})
