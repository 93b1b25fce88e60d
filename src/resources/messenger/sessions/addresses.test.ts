// What a session says of email and phone: nobody gets the mail of another person by saying an address.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { SignJWT } from 'jose'
import { addressIdentifies } from '#resources/contacts/address-queries.ts'
import { testApp } from '../../../../test/app.ts'
import { postMail, rawMail } from '../../../../test/mail.ts'

const t = await testApp()
const { sql } = t.database
type Shop = Awaited<ReturnType<typeof shopWith>>

async function shopWith({ verified }: { verified: boolean }) {
  const tenant = await t.another()
  const { call, created, workspace } = tenant
  let secret = ''
  const verify = async () => {
    secret = (await call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })).body.secret
  }
  if (verified) await verify()
  const hash = (subject: string) => createHmac('sha256', secret).update(subject).digest('hex')
  const signIn = async (body: object) => {
    const answer = await call('POST /extensions/messenger/sessions', { app_id: created.id, ...body }, { token: null })
    assert.equal(answer.status, 200, answer.text)
    return answer.body.contact.id as string
  }
  return {
    ...{ call, workspace, verify },
    /** A session of a proven user, or of any user if nothing has to be proven; the page says the rest. */
    says: (user_id: string, page: object = {}) =>
      signIn({ user_id, ...(secret && { user_hash: hash(user_id) }), ...page }),
    /** A session that is known by its email alone. */
    isEmail: (email: string, page: object = {}) => signIn({ email, user_hash: hash(email), ...page }),
    signed: async (claims: Record<string, unknown>, page: object = {}) =>
      signIn({
        intercom_user_jwt: await new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode(secret)),
        ...page,
      }),
    create: async (body: object) => {
      const answer = await call('POST /contacts', body)
      assert.equal(answer.status, 200, answer.text)
      return answer.body.id as string
    },
  }
}

const contactOf = async ({ call }: Shop, id: string) => (await call(`GET /contacts/${id}`)).body
const authorOf = async ({ call }: Shop, conversation_id: string) =>
  (await call(`GET /conversations/${conversation_id}`)).body.source.author.id as string

let mails = 0
/** Returns the contact whose conversation the mail, SMS or WhatsApp message goes to. */
async function writesBy(shop: Shop, channel: 'email' | 'sms' | 'whatsapp', address: string): Promise<string> {
  if (channel === 'email') {
    const { body } = await postMail(shop.call, rawMail({ from: address, message_id: `<m${++mails}@example.org>` }))
    return authorOf(shop, body.conversation_id)
  }
  const contact = { phone: address }
  const { status, body, text } = await shop.call('POST /extensions/sandbox/replies', {
    channel,
    contact,
    body: 'Hello',
  })
  assert.equal(status, 200, text)
  return authorOf(shop, body.conversation_id)
}

const EMAIL = 'victim@corp.example'
const PHONE = '+12025550177'

const SPELLINGS = {
  email: [EMAIL, 'VICTIM@corp.example', 'Victim@Corp.Example', ` ${EMAIL} `, `${EMAIL}\n`, 'victim@CORP.EXAMPLE'],
  phone: [
    PHONE,
    '+1 202 555 0177',
    '+1 (202) 555-0177',
    '0012025550177',
    '+1-202-555-0177',
    ` ${PHONE} `,
    '+1.202.555.0177',
  ],
}

for (const verified of [true, false]) {
  describe(`an address that somebody else has is not taken, ${verified ? 'with' : 'without'} identity verification`, () => {
    const holders: Record<string, (shop: Shop) => Promise<string>> = {
      'a user': (shop) => shop.create({ external_id: 'v', email: EMAIL, phone: PHONE }),
      'a user without a user_id': (shop) =>
        shop.create({ role: 'user', email: EMAIL, phone: PHONE, external_id: 'x1' }),
      'a lead': (shop) => shop.create({ role: 'lead', email: EMAIL, phone: PHONE }),
      'a lead who wrote first': async (shop) => {
        const id = await writesBy(shop, 'email', EMAIL)
        await shop.call(`PUT /contacts/${id}`, { phone: PHONE })
        return id
      },
      'another user who said it first': (shop) => shop.says('first', { email: EMAIL, phone: PHONE }),
      'an archived user': async (shop) => {
        const id = await shop.create({ external_id: 'v', email: EMAIL, phone: PHONE })
        await shop.call(`POST /contacts/${id}/archive`)
        return id
      },
      'a blocked user': async (shop) => {
        const id = await shop.create({ external_id: 'v', email: EMAIL, phone: PHONE })
        await sql`update contacts set blocked_at = now() where id = ${id}`
        return id
      },
    }
    for (const [who, create] of Object.entries(holders)) {
      test(`${who} has it, in any spelling`, async () => {
        const shop = await shopWith({ verified })
        const holder = await create(shop)
        for (const email of SPELLINGS.email)
          assert.equal((await contactOf(shop, await shop.says('mallory', { email }))).email, null)
        for (const phone of SPELLINGS.phone)
          assert.equal((await contactOf(shop, await shop.says('mallory', { phone }))).phone, null)
        const known = await shop.create({ external_id: 'eve' })
        assert.equal(await shop.says('eve', { email: EMAIL, phone: PHONE }), known)
        const { email, phone } = await contactOf(shop, known)
        assert.deepEqual([email, phone], [null, null])
        const [row] = await sql`select email, phone from contacts where id = ${holder}`
        assert.deepEqual({ ...row }, { email: EMAIL, phone: PHONE })
      })
    }

    test('the old and the new spelling of a Mexican number are one number', async () => {
      const shop = await shopWith({ verified })
      await shop.create({ external_id: 'v', phone: '+525512345678' })
      for (const phone of ['+5215512345678', '+52 1 55 1234 5678', '+525512345678'])
        assert.equal((await contactOf(shop, await shop.says('mallory', { phone }))).phone, null, phone)
    })

    test('the victim’s mail, SMS and WhatsApp messages, and the answers to them, stay with the victim', async () => {
      const shop = await shopWith({ verified })
      const victim = await shop.create({ external_id: 'victim', email: EMAIL, phone: PHONE })
      await shop.says('victim')
      await shop.says('mallory', { email: EMAIL, phone: PHONE })
      assert.equal(await writesBy(shop, 'email', EMAIL), victim)
      assert.equal(await writesBy(shop, 'sms', PHONE), victim)
      assert.equal(await writesBy(shop, 'whatsapp', PHONE), victim)
      await shop.says('mallory', { email: 'mallory@evil.example', phone: '+12025550199' })
      const { body } = await shop.call('GET /conversations')
      for (const { id, contacts } of body.conversations) {
        assert.deepEqual(
          contacts.contacts.map((one: { id: string }) => one.id),
          [victim],
        )
        const answer = { message_type: 'comment', type: 'admin', admin_id: shop.workspace.admin_id, body: 'Code 123' }
        assert.equal((await shop.call(`POST /conversations/${id}/reply`, answer)).status, 200)
      }
      const rows =
        await sql`select distinct address from deliveries where workspace_id = ${shop.workspace.id} order by 1`
      assert.deepEqual(
        rows.map(({ address }) => address),
        [PHONE, EMAIL],
      )
    })
  })
}

describe('with identity verification, an address that a page says is shown, and recognizes nobody', () => {
  const notFound = async (shop: Shop, route: string, body: object) => {
    const { status, text } = await shop.call(route, body)
    assert.equal(status, 404, `${route}: ${text}`)
  }
  const uses: Record<string, (shop: Shop, mallory: string) => Promise<unknown>> = {
    'a mail': async (shop, mallory) => assert.notEqual(await writesBy(shop, 'email', EMAIL), mallory),
    'an SMS': async (shop, mallory) => assert.notEqual(await writesBy(shop, 'sms', PHONE), mallory),
    'a WhatsApp message': async (shop, mallory) => assert.notEqual(await writesBy(shop, 'whatsapp', PHONE), mallory),
    'a session with the signed email': async (shop, mallory) => assert.notEqual(await shop.isEmail(EMAIL), mallory),
    'a session with a JWT': async (shop, mallory) =>
      assert.notEqual(await shop.signed({ user_id: 'victim', email: EMAIL }), mallory),
    'a new contact with the email': async (shop, mallory) =>
      assert.notEqual(await shop.create({ external_id: 'victim', email: EMAIL }), mallory),
    'a change of another contact': async (shop) => {
      const id = await shop.create({ external_id: 'victim' })
      assert.equal((await shop.call(`PUT /contacts/${id}`, { email: EMAIL })).status, 200)
    },
    'a lead who becomes a user': async (shop) => {
      const id = await shop.create({ role: 'lead', email: EMAIL })
      assert.equal((await shop.call(`PUT /contacts/${id}`, { role: 'user' })).status, 200)
    },
    'a message to the email': (shop) =>
      notFound(shop, 'POST /messages', {
        ...{ message_type: 'email', subject: 'x', body: 'x', template: 'plain' },
        ...{ from: { type: 'admin', id: shop.workspace.admin_id }, to: { type: 'user', email: EMAIL } },
      }),
    'a WhatsApp message to the number': async (shop, mallory) => {
      const { status, text } = await shop.call('POST /messages', {
        ...{ message_type: 'whatsapp', template: 'order_update', locale: 'en', components: [] },
        ...{ from: { type: 'admin', id: shop.workspace.admin_id }, to: { phone: PHONE } },
      })
      assert.equal(status, 200, text)
      const rows = await sql`select contact_id from deliveries where workspace_id = ${shop.workspace.id}`
      assert.ok(rows.every(({ contact_id }) => contact_id !== mallory))
    },
    'a conversation by email': (shop) =>
      notFound(shop, 'POST /conversations', { from: { type: 'user', email: EMAIL }, body: 'x' }),
    'a message of the contact by email': (shop) =>
      notFound(shop, 'POST /messages', { message_type: 'inapp', from: { type: 'user', email: EMAIL }, body: 'x' }),
  }
  for (const [what, use] of Object.entries(uses)) {
    test(`${what} is not hers`, async () => {
      const shop = await shopWith({ verified: true })
      const mallory = await shop.says('mallory', { email: EMAIL, phone: PHONE })
      const shown = await contactOf(shop, mallory)
      assert.deepEqual([shown.email, shown.phone], [EMAIL, PHONE])
      await use(shop, mallory)
    })
  }

  test('an answer by headers to a conversation of hers is not from her', async () => {
    const shop = await shopWith({ verified: true })
    const mallory = await shop.says('mallory', { email: EMAIL })
    const { body } = await shop.call('POST /messages', {
      ...{ message_type: 'email', subject: 'x', body: 'x', template: 'plain' },
      ...{ from: { type: 'admin', id: shop.workspace.admin_id }, to: { type: 'user', id: mallory } },
    })
    const headers = { 'In-Reply-To': `<message-${body.id}.${shop.workspace.id}@example.com>` }
    const { body: received } = await postMail(shop.call, rawMail({ from: EMAIL, headers, message_id: '<h@x.example>' }))
    assert.equal(received.outcome, 'begun')
    assert.notEqual(await authorOf(shop, received.conversation_id), mallory)
  })

  test('what was said before the verification was switched on recognizes nobody from then on', async () => {
    const shop = await shopWith({ verified: false })
    const anna = await shop.says('anna', { email: EMAIL, phone: PHONE })
    assert.equal(await writesBy(shop, 'email', EMAIL), anna)
    await shop.verify()
    assert.notEqual(await writesBy(shop, 'email', EMAIL), anna)
    assert.notEqual(await writesBy(shop, 'sms', PHONE), anna)
  })
})

describe('with identity verification, a page does not replace what the workspace gave or signed', () => {
  const given: Record<string, (shop: Shop) => Promise<string>> = {
    'the API created it': (shop) => shop.create({ external_id: 'anna', email: EMAIL, phone: PHONE }),
    'the API changed it': async (shop) => {
      const id = await shop.says('anna', { email: 'old@corp.example' })
      await shop.call(`PUT /contacts/${id}`, { email: EMAIL, phone: PHONE })
      return id
    },
    'the API repeated what a page had said': async (shop) => {
      const id = await shop.says('anna', { email: EMAIL, phone: PHONE })
      await shop.call(`PUT /contacts/${id}`, { email: EMAIL, phone: PHONE })
      return id
    },
    'a JWT signed it': (shop) => shop.signed({ user_id: 'anna', email: EMAIL, phone: PHONE }),
    'a JWT signed it after a page had said it': async (shop) => {
      await shop.says('anna', { email: EMAIL, phone: PHONE })
      return shop.signed({ user_id: 'anna', email: EMAIL, phone: PHONE })
    },
  }
  for (const [how, give] of Object.entries(given)) {
    test(`${how}: it stays, and it recognizes the contact`, async () => {
      const shop = await shopWith({ verified: true })
      const anna = await give(shop)
      assert.equal(await shop.says('anna', { email: 'evil@evil.example', phone: '+12025550199' }), anna)
      assert.equal(await shop.says('anna', { email: EMAIL.toUpperCase(), phone: '+1 202 555 0177' }), anna)
      const { email, phone } = await contactOf(shop, anna)
      assert.deepEqual([email.toLowerCase(), phone.replaceAll(' ', '')], [EMAIL, PHONE])
      assert.equal(await writesBy(shop, 'email', EMAIL), anna)
      assert.equal(await writesBy(shop, 'sms', PHONE), anna)
      assert.equal(await writesBy(shop, 'whatsapp', PHONE), anna)
      assert.equal(await shop.isEmail(EMAIL), anna)
      assert.equal(await addressIdentifies(shop.workspace, anna, 'email'), true)
    })
  }

  test('what a page said, a page can change; an unsigned phone beside a signed email is only said', async () => {
    const shop = await shopWith({ verified: true })
    const anna = await shop.says('anna', { email: 'a@corp.example' })
    await shop.says('anna', { email: 'b@corp.example' })
    assert.equal((await contactOf(shop, anna)).email, 'b@corp.example')
    const cleo = await shop.signed({ user_id: 'cleo', email: EMAIL }, { phone: PHONE })
    assert.deepEqual(
      [await addressIdentifies(shop.workspace, cleo, 'email'), await addressIdentifies(shop.workspace, cleo, 'phone')],
      [true, false],
    )
    assert.equal(await addressIdentifies(shop.workspace, await shop.create({ external_id: 'none' }), 'email'), false)
    assert.equal(await addressIdentifies(t.workspace, cleo, 'email'), false)
  })

  test('an email that a page said cannot be confirmed if another user was given it', async () => {
    const shop = await shopWith({ verified: true })
    const mallory = await shop.says('mallory', { email: EMAIL })
    const victim = await shop.create({ external_id: 'victim', email: EMAIL })
    const { status, body } = await shop.call(`PUT /contacts/${mallory}`, { email: EMAIL })
    assert.equal(status, 409)
    assert.match(body.errors[0].message, new RegExp(`id=${victim}$`))
    assert.equal(await writesBy(shop, 'email', EMAIL), victim)
  })
})

describe('without identity verification the ordinary flow works', () => {
  test('an address that nobody has is taken, and recognizes the contact', async () => {
    const shop = await shopWith({ verified: false })
    const anna = await shop.says('anna', { email: EMAIL, phone: PHONE })
    for (const [channel, address] of [
      ['email', EMAIL],
      ['sms', PHONE],
      ['whatsapp', PHONE],
    ] as const)
      assert.equal(await writesBy(shop, channel, address), anna)
    assert.equal(await shop.isEmail(EMAIL), anna)
    assert.equal(await shop.says('anna', { email: 'new@corp.example', phone: '+12025550199' }), anna)
    const { email, phone } = await contactOf(shop, anna)
    assert.deepEqual([email, phone], ['new@corp.example', '+12025550199'])
  })

  test('a user who is known by email alone does not get the mail of a lead with it', async () => {
    const shop = await shopWith({ verified: false })
    const lead = await writesBy(shop, 'email', EMAIL)
    const mallory = await shop.isEmail(EMAIL, { phone: PHONE })
    assert.equal(await shop.isEmail(EMAIL), mallory)
    assert.notEqual(mallory, lead)
    assert.equal(await writesBy(shop, 'email', EMAIL), lead)
  })
})

describe('at once', () => {
  const holding = async ({ workspace }: Shop) =>
    (await sql`select from contacts where workspace_id = ${workspace.id} and (email = ${EMAIL} or phone = ${PHONE})`)
      .count

  for (const verified of [true, false]) {
    test(`of ten users who say one address ${verified ? 'with' : 'without'} verification, one gets it`, async () => {
      const shop = await shopWith({ verified })
      await Promise.all(Array.from({ length: 10 }, (_, n) => shop.says(`u${n}`, { email: EMAIL })))
      assert.equal(await holding(shop), 1)
      const other = await shopWith({ verified })
      await Promise.all(Array.from({ length: 10 }, (_, n) => other.says(`u${n}`, { phone: PHONE })))
      assert.equal(await holding(other), 1)
    })
  }

  const rivals: Record<string, (shop: Shop) => Promise<string>> = {
    'a mail': (shop) => writesBy(shop, 'email', EMAIL),
    'an SMS': (shop) => writesBy(shop, 'sms', PHONE),
    'a WhatsApp message': (shop) => writesBy(shop, 'whatsapp', PHONE),
    'a new contact': (shop) => shop.create({ external_id: 'victim', email: EMAIL, phone: PHONE }),
    'a new lead': (shop) => shop.create({ role: 'lead', email: EMAIL, phone: PHONE }),
    'a signed session': (shop) => shop.signed({ user_id: 'victim', email: EMAIL, phone: PHONE }),
    'a session with the signed email': (shop) => shop.isEmail(EMAIL),
  }
  for (const [what, rival] of Object.entries(rivals)) {
    test(`${what} and a page that says the same address: later mail and SMS are the first one’s`, async () => {
      for (let n = 0; n < 5; n++) {
        const shop = await shopWith({ verified: true })
        const [mallory, victim] = await Promise.all([shop.says('mallory', { email: EMAIL, phone: PHONE }), rival(shop)])
        assert.notEqual(mallory, victim)
        assert.notEqual(await writesBy(shop, 'email', EMAIL), mallory)
        assert.notEqual(await writesBy(shop, 'sms', PHONE), mallory)
      }
    })
  }
})
