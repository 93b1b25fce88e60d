// Emails to contacts with every combination of consents: those who consent get them at a real mail server, and the
// deliveries of all others say why not.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { emailAccount } from '#channels/email/account.ts'
import { smtpAccount } from '#channels/email/send.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { type Answer, SECRET, testApp } from '../app.ts'
import { eventually } from '../factories.ts'
import { smtpSink } from '../smtp-sink.ts'

/** About how many emails are requested: four for each contact, of whom a quarter cannot get any. */
const EMAILS = Number(process.env['LIFE_EMAILS'] ?? 384)
/** Requests at once. */
const WIDTH = 24

const t = await testApp()
const { call, workspace } = t

type Person = {
  id: string
  email: string | null
  chose: { newsletter: boolean; offers: boolean }
  unsubscribed: boolean
  bounced: boolean
  blocked: boolean
  archived: boolean
  /** The consents are given after the messages were accepted, and before they are sent. */
  decides_late: boolean
}

const KINDS = ['newsletter', 'offers', 'untyped', 'group'] as const
type Kind = (typeof KINDS)[number]

/** Returns why a message of this kind is not sent to this person: the code of its delivery. */
function reason(person: Person, kind: Kind): string | undefined {
  if (person.blocked) return 'blocked'
  if (person.bounced) return 'hard_bounced'
  if (person.unsubscribed && kind !== 'untyped') return 'unsubscribed'
  if (kind === 'newsletter' && person.chose.newsletter) return 'opted_out'
  if (kind === 'offers' && !person.chose.offers) return 'opted_out'
  return undefined
}

const REASONS: Record<string, RegExp> = {
  blocked: /^The contact is blocked$/,
  hard_bounced: /^An earlier email to this address bounced for good$/,
  unsubscribed: /^The contact unsubscribed from emails$/,
  opted_out: /^The contact does not get messages of the subscription type (Newsletter|Offers)$/,
}

/** Every combination of five consents: given early, given late, given by either, and of those who cannot get an email. */
function person(n: number): Person {
  const bit = (position: number) => ((n >> position) & 1) === 1
  const round = n >> 5
  const is_unreachable = round % 4 === 3
  const is_odd = (n + (round >> 2)) % 2 === 1
  return {
    id: '',
    email: is_unreachable && is_odd ? null : `person.${n}@example.com`,
    archived: is_unreachable && !is_odd,
    chose: { newsletter: bit(0), offers: bit(1) },
    unsubscribed: bit(2),
    bounced: bit(3) && !is_unreachable,
    blocked: bit(4),
    decides_late: round % 4 === 1 || (round % 4 === 2 && is_odd),
  }
}

async function inTurn<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>) {
  const waiting = items.values()
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const item of waiting) await run(item)
    }),
  )
}

async function ok(answer: Promise<Answer>) {
  const { status, body } = await answer
  assert.equal(status, 200, JSON.stringify(body))
  return body
}

const aType = async (name: string, consent_type: 'opt_in' | 'opt_out') =>
  (
    await ok(
      call('POST /extensions/subscription_types', {
        consent_type,
        translations: [{ name, description: name, locale: 'en' }],
      }),
    )
  ).id as string

const types: Record<Kind, string | null> = {
  newsletter: await aType('Newsletter', 'opt_out'),
  offers: await aType('Offers', 'opt_in'),
  untyped: null,
  group: null,
}

const sink = await smtpSink()
sink.refuse = (address) => (hasBounced.has(address) ? '550 5.1.1 No such user' : undefined)
const hasBounced = new Set<string>()

async function work() {
  const mail = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: SECRET }
  const account = emailAccount(smtpAccount({ url: sink.url }), mail, 8)
  const worker = await startWorker({
    sql: t.database.sql,
    recipients: contactRecords,
    accounts: accountsOf([{ workspace_id: workspace.id, channel: 'email', account }], captureAccount(mail)),
    log: { error() {}, warn() {}, info() {} },
  })
  return async () => {
    await worker.stop()
    await account.close?.()
  }
}
after(sink.close)

const messageTo = (to: string[], kind: Kind, subject: string = kind) =>
  call('POST /messages', {
    ...{ message_type: 'email', subject, body: 'Hello', template: 'plain' },
    ...{ from: { type: 'admin', id: t.created.admin_id }, to: to.map((id) => ({ type: 'user', id })) },
    subscription_type_id: types[kind],
  })

const queued = () => t.database.sql`
  select from deliveries where workspace_id = ${workspace.id} and status = 'queued' limit 1`
const allSettled = () =>
  eventually(
    async () => (await queued()).count,
    (count) => count === 0,
    10 * 60_000,
  )

/** Their mail is refused by the server, which marks them. */
async function bounce(people: readonly Person[]) {
  for (const { email } of people) hasBounced.add(String(email))
  const stop = await work()
  await inTurn(people, ({ id }) => ok(messageTo([id], 'untyped', 'bounces')))
  await allSettled()
  await stop()
  hasBounced.clear()
  assert.equal(sink.received.length, 0)
}

async function decide({ id, chose, unsubscribed, blocked }: Person) {
  if (chose.newsletter) await ok(call(`POST /contacts/${id}/subscriptions`, { id: types.newsletter }))
  if (chose.offers) await ok(call(`POST /contacts/${id}/subscriptions`, { id: types.offers }))
  if (unsubscribed) await ok(call(`PUT /contacts/${id}`, { unsubscribed_from_emails: true }))
  if (blocked) await ok(call(`POST /contacts/${id}/block`))
}

test('those who consent get each email once, and the deliveries of all others say why not', async (context) => {
  const begun = performance.now()
  const people = Array.from({ length: Math.ceil(EMAILS / 3) }, (_, n) => person(n))
  await inTurn(people, async (one) => {
    one.id = (await ok(call('POST /contacts', { role: 'user', email: one.email }))).id
  })
  await bounce(people.filter(({ bounced }) => bounced))
  await inTurn(
    people.filter((one) => !one.decides_late),
    decide,
  )
  await inTurn(
    people.filter(({ archived }) => archived),
    ({ id }) => ok(call(`POST /contacts/${id}/archive`)),
  )

  const [reachable, others] = [true, false].map((can) =>
    people.filter(({ email, archived }) => (email !== null && !archived) === can),
  ) as [Person[], Person[]]
  for (const one of others) {
    const { status, body } = await messageTo([one.id], 'newsletter')
    const [{ code, message }] = body.errors
    assert.deepEqual(
      [status, code, message],
      one.archived
        ? [404, 'not_found', 'User Not Found']
        : [422, 'parameter_invalid', `Contact ${one.id} has no email`],
    )
  }
  const groups = Array.from({ length: Math.floor(reachable.length / 2) }, (_, n) => [
    reachable[2 * n]!,
    reachable[2 * n + 1]!,
  ])
  await inTurn(groups, (two) =>
    ok(
      messageTo(
        two.map(({ id }) => id),
        'group',
      ),
    ),
  )
  for (const kind of ['newsletter', 'offers', 'untyped'] as const)
    await inTurn(reachable, ({ id }) => ok(messageTo([id], kind)))
  await inTurn(
    reachable.filter(({ decides_late }) => decides_late),
    decide,
  )
  const accepted = performance.now()
  const stop = await work()
  await allSettled()
  const ended = performance.now()
  await stop()

  const expected = reachable.flatMap((one) =>
    KINDS.filter((kind) => kind !== 'group' || groups.flat().includes(one)).map((kind) => ({
      one,
      kind,
      why: reason(one, kind),
    })),
  )
  const wanted = expected.filter(({ why }) => !why).map(({ one, kind }) => `${one.email} ${kind}`)
  assert.deepEqual(sink.received.map(({ to, mail }) => `${to} ${mail.subject}`).sort(), wanted.sort())

  const byContact = new Map(reachable.map((one) => [one.id, one]))
  const rows = await t.database.sql<{ id: string; contact_id: string; subject: Kind }[]>`
    select deliveries.id, contact_id, subject from deliveries join messages
      on messages.workspace_id = deliveries.workspace_id and messages.id = message_id
    where deliveries.workspace_id = ${workspace.id} and subject <> 'bounces'`
  const counts: Record<string, number> = {}
  await inTurn(rows, async ({ id, contact_id, subject }) => {
    const { status, error, attempts } = await ok(call(`GET /extensions/deliveries/${id}`))
    const one = byContact.get(contact_id)
    assert.ok(one)
    const why = reason(one, subject)
    counts[why ?? 'sent'] = (counts[why ?? 'sent'] ?? 0) + 1
    if (!why) assert.deepEqual([status, error ?? null, attempts], ['sent', null, 1])
    else {
      assert.deepEqual([status, error.code], ['failed', why])
      assert.match(error.reason, REASONS[why]!)
    }
  })
  assert.equal(rows.length, expected.length)
  const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`
  context.diagnostic(
    `${people.length} contacts, ${expected.length} deliveries: ${JSON.stringify(counts)}; ` +
      `${others.length} contacts refused by POST /messages; ` +
      `accepted in ${seconds(begun, accepted)}, sent in ${seconds(accepted, ended)}`,
  )
})
