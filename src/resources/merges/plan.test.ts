// What a merge changes in the contact that stays: a table of values.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newEmailOf, planMerge } from './plan.ts'
import type { MergedRow } from './queries.ts'

const at = (seconds: number) => new Date(seconds * 1000)

const contact = (more: object): MergedRow =>
  ({
    ...{ external_id: null, email: null, email_verified: false, email_trusted: true, name: null, avatar_url: null },
    ...{ phone: null, formatted_phone: null, phone_trusted: true, phone_key: null, owner_id: null },
    ...{ language_override: null, signed_up_at: null, last_seen_at: null, last_replied_at: null },
    ...{ last_contacted_at: null, last_email_opened_at: null, last_email_clicked_at: null, last_whatsapp_at: null },
    ...{ has_hard_bounced: false, marked_email_as_spam: false, unsubscribed_from_emails: false, sms_consent: false },
    ...{ unsubscribed_from_sms: false, unsubscribed_from_whatsapp: false, custom_attributes: {}, messenger: {} },
    ...more,
  }) as MergedRow

const phone = (number: string, key = number) => ({ phone: number, formatted_phone: number, phone_key: key })
const lead = { role: 'lead', external_id: 'f3b98c4e-0b5b-4a7e-9d1e-1f2a3b4c5d6e' }
const user = { role: 'user' }

type Case = [what: string, from: object, into: object, changes: object, attributes: object[]]

const adopted = (field: string, value: unknown) => ({
  ...{ field, outcome: 'adopted', from_value: value, new_into_value: value },
})
const discarded = (field: string, from_value: unknown, into_value: unknown) => ({
  ...{ field, outcome: 'discarded', from_value, into_value, new_into_value: into_value },
})
const flagged = (field: string) => ({
  ...{ field, outcome: 'merged', from_value: true, into_value: false, new_into_value: true },
})

const CASES: Case[] = [
  ['nothing of two empty contacts', {}, {}, {}, []],
  ['no external id, which is how the lead was known', { external_id: 'x' }, {}, {}, []],
  ['a name that is missing', { name: 'Jo' }, {}, { name: 'Jo' }, [adopted('name', 'Jo')]],
  ['no name that is there', { name: 'Jo' }, { name: 'Joe' }, {}, [discarded('name', 'Jo', 'Joe')]],
  ['no name that is the same', { name: 'Jo' }, { name: 'Jo' }, {}, []],
  ['nothing that only the contact that stays has', {}, { name: 'Joe', custom_attributes: { plan: 'a' } }, {}, []],
  [
    'an email with what is known of it',
    { email: 'a@x.com', email_trusted: false, email_verified: true, has_hard_bounced: true },
    {},
    { email: 'a@x.com', email_trusted: false, email_verified: true, has_hard_bounced: true },
    [adopted('email', 'a@x.com'), flagged('has_hard_bounced')],
  ],
  [
    'nothing of a lead with another email, also no bounce and no opt-out',
    { email: 'a@x.com', has_hard_bounced: true, unsubscribed_from_emails: true, marked_email_as_spam: true },
    { email: 'b@x.com' },
    {},
    [discarded('email', 'a@x.com', 'b@x.com')],
  ],
  [
    'what is known of the same email in other letters',
    { email: 'A@X.com', has_hard_bounced: true, unsubscribed_from_emails: true, marked_email_as_spam: true },
    { email: 'a@x.com' },
    { has_hard_bounced: true, unsubscribed_from_emails: true, marked_email_as_spam: true },
    ['has_hard_bounced', 'marked_email_as_spam', 'unsubscribed_from_emails'].map(flagged),
  ],
  ['no subscription', { email: 'a@x.com' }, { email: 'a@x.com', unsubscribed_from_emails: true }, {}, []],
  [
    'the trust in an email',
    { email: 'a@x.com' },
    { email: 'a@x.com', email_trusted: false },
    { email_trusted: true },
    [],
  ],
  ['no distrust', { email: 'a@x.com', email_trusted: false }, { email: 'a@x.com' }, {}, []],
  [
    'a phone with its form and what is known of it',
    { ...phone('+12025550143'), unsubscribed_from_sms: true, last_whatsapp_at: at(5), phone_trusted: false },
    {},
    {
      ...{ phone: '+12025550143', formatted_phone: '+12025550143', phone_trusted: false },
      ...{ unsubscribed_from_sms: true, last_whatsapp_at: at(5) },
    },
    [adopted('phone', '+12025550143'), flagged('unsubscribed_from_sms')],
  ],
  [
    'nothing of a lead with another phone',
    {
      ...phone('+12025550143'),
      unsubscribed_from_sms: true,
      unsubscribed_from_whatsapp: true,
      last_whatsapp_at: at(5),
    },
    phone('+12025550144'),
    {},
    [discarded('phone', '+12025550143', '+12025550144')],
  ],
  [
    'what is known of the same phone in another spelling',
    { ...phone('+5215512345678', '+525512345678'), unsubscribed_from_whatsapp: true, sms_consent: true },
    phone('+525512345678'),
    { unsubscribed_from_whatsapp: true, sms_consent: true },
    [flagged('unsubscribed_from_whatsapp')],
  ],
  [
    'no consent if one of them refused',
    { ...phone('+12025550143'), unsubscribed_from_sms: true },
    { ...phone('+12025550143'), sms_consent: true },
    { unsubscribed_from_sms: true, sms_consent: false },
    [flagged('unsubscribed_from_sms')],
  ],
  [
    'times that are later, but the time of signing up that is there',
    { last_seen_at: at(20), last_replied_at: at(20), last_contacted_at: at(20), signed_up_at: at(20) },
    { last_seen_at: at(30), last_replied_at: at(10), signed_up_at: at(10) },
    { last_replied_at: at(20), last_contacted_at: at(20) },
    [
      discarded('signed_up_at', 20, 10),
      discarded('last_seen_at', 20, 30),
      { field: 'last_replied_at', outcome: 'adopted', from_value: 20, into_value: 10, new_into_value: 20 },
      adopted('last_contacted_at', 20),
    ],
  ],
  [
    'each attribute of its own',
    { custom_attributes: { plan: 'a', seats: 3, vip: false } },
    { custom_attributes: { plan: 'b', city: 'Rome' } },
    { custom_attributes: { plan: 'b', seats: 3, vip: false, city: 'Rome' } },
    [
      discarded('custom_attributes.plan', 'a', 'b'),
      adopted('custom_attributes.seats', 3),
      adopted('custom_attributes.vip', false),
    ],
  ],
  [
    'each value that a messenger reported',
    { messenger: { utm_source: 'news', browser: 'firefox' } },
    { messenger: { browser: 'chrome' } },
    { messenger: { utm_source: 'news', browser: 'chrome' } },
    [adopted('utm_source', 'news'), discarded('browser', 'firefox', 'chrome')],
  ],
  [
    'an avatar, an owner and a language',
    { avatar_url: 'https://x.com/a.png', owner_id: '7', language_override: 'pt' },
    { owner_id: '8' },
    { avatar_url: 'https://x.com/a.png', language_override: 'pt' },
    [adopted('avatar', 'https://x.com/a.png'), discarded('owner_id', '7', '8'), adopted('language_override', 'pt')],
  ],
]

describe('the contact that stays takes over', () => {
  for (const [what, from, into, changes, attributes] of CASES) {
    test(what, () => {
      const plan = planMerge({ from: contact({ ...lead, ...from }), into: contact({ ...user, ...into }) })
      assert.deepEqual(plan, { changes, attributes })
    })
  }

  test('no email that another user has, nor what is known of it', () => {
    const from = contact({ ...lead, email: 'a@x.com', has_hard_bounced: true })
    assert.deepEqual(planMerge({ from, into: contact(user) }, { keeps_email: true }), {
      changes: {},
      attributes: [{ field: 'email', outcome: 'discarded', from_value: 'a@x.com', new_into_value: null }],
    })
    const into = contact({ ...user, email: 'a@x.com', email_trusted: false })
    assert.deepEqual(planMerge({ from, into }, { keeps_email: true }).changes, { has_hard_bounced: true })
  })
})

describe('another user must not have', () => {
  const cases: [string, object, object, string | null][] = [
    ['an email that is adopted', { email: 'a@x.com' }, {}, 'a@x.com'],
    [
      'an email that is trusted from now on',
      { email: 'A@x.com' },
      { email: 'a@x.com', email_trusted: false },
      'A@x.com',
    ],
    ['nothing, if the email is discarded', { email: 'a@x.com' }, { email: 'b@x.com' }, null],
    ['nothing, if the email was there', { email: 'a@x.com' }, { email: 'a@x.com' }, null],
    ['nothing, without an email', {}, {}, null],
  ]
  for (const [what, from, into, email] of cases)
    test(what, () => assert.equal(newEmailOf({ from: contact(from), into: contact(into) }), email))
})
