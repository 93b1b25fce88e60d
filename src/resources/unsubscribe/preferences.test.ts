// Subscription types in deliveries, in unsubscribe links, and on the page where people choose.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { sign } from '#lib/sign.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { captureAll } from '../../../test/capture.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact, eventually } from '../../../test/factories.ts'

const t = await testApp({ public_url: 'https://interphone.example.com' })
const { call, workspace } = t
const { sql } = t.database
type Type = { id: string }
const types: Record<string, Type> = {}

const aType = async (consent_type: string, name: string, more: object = {}): Promise<Type> =>
  (
    await call('POST /extensions/subscription_types', {
      ...{ consent_type, translations: [{ name, description: `About ${name}`, locale: 'en' }] },
      ...more,
    })
  ).body

before(async () => {
  await captureAll(sql, { after: (stop) => t.app.addHook('onClose', stop) })
  types['news'] = await aType('opt_out', 'News & more')
  types['offers'] = await aType('opt_in', 'Offers', { content_types: ['email', 'sms_message'] })
  types['old'] = await aType('opt_out', 'Old', { state: 'archived' })
})

const id = (name: string) => types[name]!.id
const choose = (contact: string, name: string) => call(`POST /contacts/${contact}/subscriptions`, { id: id(name) })
let number = 0
const aPerson = (more: object = {}) =>
  aContact(workspace, { email: `p${++number}@example.org`, formatted_phone: `+1202555${1000 + number}`, ...more })

const write = (to: string, more: object = {}) =>
  call('POST /messages', {
    ...{ from: { type: 'admin', id: t.created.admin_id }, to: { type: 'user', id: to } },
    ...{ message_type: 'email', template: 'plain', subject: 'Hi', body: 'Hello', ...more },
  })

const deliveryOf = async (message_id: string) =>
  eventually(
    async () => (await call(`GET /extensions/deliveries?message_id=${message_id}`)).body.data[0],
    (delivery) => delivery && delivery.status !== 'queued',
  )
const isChosen = async (contact: string, name: string) =>
  (await call(`GET /contacts/${contact}/subscriptions`)).body.data.some((type: Type) => type.id === id(name))

describe('a message is refused', () => {
  const cases: [what: string, message: () => object, message_of_error: string][] = [
    [
      'with an unknown type',
      () => ({ subscription_type_id: '1' }),
      'subscription_type_id is not a live subscription type',
    ],
    [
      'with a name as type',
      () => ({ subscription_type_id: 'news' }),
      'subscription_type_id is not a live subscription type',
    ],
    [
      'with an archived type',
      () => ({ subscription_type_id: id('old') }),
      'subscription_type_id is not a live subscription type',
    ],
    [
      'in-app',
      () => ({ message_type: 'inapp', subscription_type_id: id('news') }),
      'subscription_type_id is only for email and SMS',
    ],
    [
      'by SMS with a type of emails',
      () => ({ message_type: 'sms', subscription_type_id: id('news') }),
      'subscription_type_id is not a subscription type for sms',
    ],
  ]
  for (const [what, message, text] of cases) {
    test(what, async () => {
      const { status, body } = await write(await aPerson(), message())
      assert.deepEqual([status, body.errors[0].message], [400, text])
    })
  }

  test('with a type of another workspace', async () => {
    const other = await t.another()
    const theirs = await other.call('POST /extensions/subscription_types', {
      ...{ consent_type: 'opt_out', translations: [{ name: 'x', description: '', locale: 'en' }] },
    })
    assert.equal((await write(await aPerson(), { subscription_type_id: theirs.body.id })).status, 400)
  })
})

describe('a message with a type', () => {
  const cases: [what: string, type: string, chooses: boolean, more: object, reason: RegExp | null][] = [
    ['goes to a contact who did not opt out', 'news', false, {}, null],
    [
      'does not go to one who opted out',
      'news',
      true,
      {},
      /^The contact does not get messages of the subscription type News & more$/,
    ],
    ['does not go to one who did not opt in', 'offers', false, {}, /type Offers$/],
    ['goes to one who opted in', 'offers', true, {}, null],
    [
      'does not go to one who opted in and gets no emails',
      'offers',
      true,
      { unsubscribed_from_emails: true },
      /unsubscribed from emails/,
    ],
  ]
  for (const [what, type, chooses, more, reason] of cases) {
    test(what, async () => {
      const contact = await aPerson(more)
      if (chooses) await choose(contact, type)
      const { body } = await write(contact, { subscription_type_id: id(type) })
      const { status, error } = await deliveryOf(body.id)
      assert.equal(status, reason ? 'failed' : 'delivered')
      if (reason) assert.match(error.reason, reason)
    })
  }

  test('is held back by its type alone: one without a type goes to the same contact', async () => {
    const contact = await aPerson()
    await choose(contact, 'news')
    assert.equal((await deliveryOf((await write(contact)).body.id)).status, 'delivered')
  })

  test('goes by SMS to those who opted in', async () => {
    const [in_, out] = [await aPerson(), await aPerson()]
    await choose(in_, 'offers')
    const sms = { message_type: 'sms', body: 'Sale', subscription_type_id: Number(id('offers')) }
    assert.equal((await deliveryOf((await write(in_, sms)).body.id)).status, 'delivered')
    assert.equal((await deliveryOf((await write(out, sms)).body.id)).status, 'failed')
  })
})

const linkOf = (contact: string, type?: string) =>
  `/unsubscribe/${sign(SECRET, UNSUBSCRIBE, [workspace.id, contact, ...(type ? [id(type)] : [])].join('.'))}`
const open = { token: null }
const FORM = { ...open, headers: { 'content-type': 'application/x-www-form-urlencoded' } }
const isUnsubscribed = async (contact: string) => (await call(`GET /contacts/${contact}`)).body.unsubscribed_from_emails

describe('an unsubscribe link', () => {
  test('of a mail with a type leaves that type alone, with one click', async () => {
    for (const [type, before, after] of [
      ['news', false, true],
      ['offers', true, false],
    ] as const) {
      const contact = await aPerson()
      if (before) await choose(contact, type)
      const { body } = await write(contact, { subscription_type_id: id(type) })
      await deliveryOf(body.id)
      const { data } = (await call('GET /extensions/sandbox/messages')).body
      const mail = data.find((captured: { message_id: string }) => captured.message_id === body.id)
      const [path] = /\/unsubscribe\/[\w.-]+/.exec(JSON.stringify(mail.rendered)) ?? []
      const clicked = await call(`POST ${path}`, 'List-Unsubscribe=One-Click', FORM)
      assert.equal(clicked.status, 200, path)
      assert.equal(await isChosen(contact, type), after)
      assert.equal(await isUnsubscribed(contact), false)
      assert.ok((await topicsOf(workspace, contact)).includes('granular.unsubscribe'))
    }
  })

  test('of a type that was deleted since leaves all emails', async () => {
    const contact = await aPerson()
    const gone = `/unsubscribe/${sign(SECRET, UNSUBSCRIBE, `${workspace.id}.${contact}.999999`)}`
    assert.equal((await call(`POST ${gone}`, undefined, open)).status, 200)
    assert.equal(await isUnsubscribed(contact), true)
  })

  test('of an unknown contact, or with a wrong signature, is refused', async () => {
    const contact = await aPerson()
    for (const link of [linkOf('6762f0dd1bb69f9f2193bb83', 'news'), `${linkOf(contact, 'news')}x`])
      for (const route of [`POST ${link}`, `POST ${link}/preferences`])
        assert.equal((await call(route, '', FORM)).status, 404, route)
  })
})

describe('the page', () => {
  const save = (link: string, form: string) => call(`POST ${link}/preferences`, form, FORM)

  test('shows the live types of emails, as they are for the contact, and loads nothing', async () => {
    const contact = await aPerson()
    await choose(contact, 'offers')
    const { text, headers } = await call(`GET ${linkOf(contact)}`, undefined, open)
    assert.match(text, new RegExp(`value="${id('news')}" checked> News &amp; more<`))
    assert.match(text, new RegExp(`value="${id('offers')}" checked> Offers<`))
    assert.match(text, /About Offers/)
    assert.ok(!text.includes('Old'))
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/)
    await choose(contact, 'news')
    const { text: later } = await call(`GET ${linkOf(contact, 'news')}`, undefined, open)
    assert.match(later, new RegExp(`value="${id('news')}"> News`))
    assert.match(later, /Stop “News &amp; more” to you\?/)
  })

  test('saves what is checked, each time as a whole', async () => {
    const contact = await aPerson()
    const state = async () => [await isChosen(contact, 'news'), await isChosen(contact, 'offers')]
    for (const [form, expected] of [
      ['', [true, false]],
      [`types=${id('news')}`, [false, false]],
      [`types=${id('news')}&types=${id('offers')}`, [false, true]],
      [`types=${id('offers')}&types=nonsense`, [true, true]],
    ] as const) {
      assert.equal((await save(linkOf(contact), form)).status, 200, form)
      assert.deepEqual(await state(), expected, form)
    }
    assert.equal(await isUnsubscribed(contact), false)
  })

  test('stops all emails with one button', async () => {
    const contact = await aPerson()
    assert.equal((await save(linkOf(contact, 'news'), `types=${id('news')}&all=1`)).status, 200)
    assert.deepEqual([await isUnsubscribed(contact), await isChosen(contact, 'news')], [true, false])
  })

  describe('has a way back for a person who has stopped all emails', () => {
    const START = 'start=1'
    const stopped = () => aPerson({ unsubscribed_from_emails: true })

    test('only with a signed link of a contact who exists, and only by POST', async () => {
      const contact = await stopped()
      const refused: [name: string, route: string, form: string | undefined, status: number][] = [
        ['a changed signature', `POST ${linkOf(contact)}x/preferences`, START, 404],
        ['a link that is no link', 'POST /unsubscribe/wrong/preferences', START, 404],
        ['an unknown contact', `POST ${linkOf('6762f0dd1bb69f9f2193bb83')}/preferences`, START, 404],
        ['the token of another purpose', `POST /unsubscribe/${sign(SECRET, 'reply', 'x.y')}/preferences`, START, 404],
        ['GET of the form', `GET ${linkOf(contact)}/preferences?${START}`, undefined, 404],
        ['two values', `POST ${linkOf(contact)}/preferences`, 'start=1&start=1', 400],
        ['a NUL', `POST ${linkOf(contact)}/preferences`, 'start=%00', 400],
        ['GET of the page with a query', `GET ${linkOf(contact)}?${START}`, undefined, 200],
        ['one click on the link', `POST ${linkOf(contact)}`, START, 200],
        ['Stop together with it', `POST ${linkOf(contact)}/preferences`, `${START}&all=1`, 200],
        ['saving choices', `POST ${linkOf(contact)}/preferences`, `types=${id('news')}`, 200],
      ]
      for (const [name, route, form, status] of refused) {
        assert.equal((await call(route, form, form === undefined ? open : FORM)).status, status, name)
        assert.equal(await isUnsubscribed(contact), true, name)
      }
      assert.ok(!(await topicsOf(workspace, contact)).includes('contact.subscribed'))
    })

    test('a button without script on each page that says so; then mail is sent again, and the choices are kept', async () => {
      const contact = await aPerson()
      await choose(contact, 'news')
      const button =
        /<form method="post" action="(\/unsubscribe\/[\da-f-]+\/preferences)">\s*<p><button name="start" value="1">/
      assert.doesNotMatch((await call(`GET ${linkOf(contact)}`, undefined, open)).text, button)
      const pages = [
        await save(linkOf(contact), 'all=1'),
        await call(`GET ${linkOf(contact)}`, undefined, open),
        await call(`GET ${linkOf(contact, 'news')}`, undefined, open),
        await save(linkOf(contact), ''),
        await call(`POST ${linkOf(contact)}`, 'List-Unsubscribe=One-Click', FORM),
      ]
      await choose(contact, 'news')
      for (const { text } of pages) assert.match(text, button)
      const [, action] = button.exec(pages[2]!.text)!
      for (const _again of [1, 2]) {
        const { status, text } = await call(`POST ${action}`, START, FORM)
        assert.equal(status, 200)
        assert.match(text, /You get emails again/)
        assert.match(text, new RegExp(`value="${id('news')}"> News`))
        assert.ok(!text.includes('<script'))
      }
      assert.deepEqual([await isUnsubscribed(contact), await isChosen(contact, 'news')], [false, true])
      assert.equal((await topicsOf(workspace, contact)).filter((topic) => topic === 'contact.subscribed').length, 1)
      assert.equal((await deliveryOf((await write(contact)).body.id)).status, 'delivered')
    })

    test('of a lead that was merged since it starts those of the user', async () => {
      const lead = await aContact(workspace, { role: 'lead', email: `p${++number}@example.org` })
      const user = await stopped()
      const merged = await call('POST /contacts/merge', { from: lead, into: user, skip_duplicate_validation: true })
      assert.equal(merged.status, 200, merged.text)
      assert.equal(await isUnsubscribed(user), true)
      assert.equal((await save(linkOf(lead), START)).status, 200)
      assert.equal(await isUnsubscribed(user), false)
    })
  })

  test('does not promise emails to a contact who has stopped all of them', async () => {
    const contact = await aPerson({ unsubscribed_from_emails: true })
    for (const type of ['news', undefined]) {
      const { text } = await call(`GET ${linkOf(contact, type)}`, undefined, open)
      assert.match(text, /You have stopped all emails/)
      assert.ok(!text.includes('checked'), text)
    }
    const { status, text } = await save(linkOf(contact), `types=${id('news')}&types=${id('offers')}`)
    assert.equal(status, 200)
    assert.match(text, /you have stopped all emails, so that you get none of them/)
    assert.deepEqual([await isUnsubscribed(contact), await isChosen(contact, 'offers')], [true, true])
    const subscribed = await save(linkOf(await aPerson()), `types=${id('news')}`)
    assert.match(subscribed.text, /You get the emails that you chose/)
  })
})
