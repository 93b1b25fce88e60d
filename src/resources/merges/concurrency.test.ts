// Merges at the same moment as each other, and as everything else that is written for the contacts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedAddress } from '#channels/email/addresses.ts'
import { archiveJob } from '#resources/companies/archive.ts'
import { moveMembers } from '#resources/companies/contact-queries.ts'
import { companyContacts } from '#resources/contacts/companies/attach.ts'
import { atomically } from '#workspaces/workspace.ts'
import { type Answer, SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact, aMessage, aSession, eventually } from '../../../test/factories.ts'
import { postMail, rawMail, SMTP_ACCOUNT } from '../../../test/mail.ts'
import { moveLate } from './move-late.ts'

const t = await testApp()
const { sql } = t.database
const { call, workspace } = t
await call('POST /extensions/channels', SMTP_ACCOUNT)
const { id: tag } = (await call('POST /tags', { name: 'At once' })).body

let numbers = 0
const aLead = (more: object = {}) =>
  aContact(workspace, { role: 'lead', email: `lead${++numbers}@example.com`, external_id: `${numbers}`, ...more })
const aUser = (more: object = {}) => aContact(workspace, { email: `user${++numbers}@example.com`, ...more })
const merge = (from: string, into: string) =>
  call('POST /contacts/merge', { from, into, skip_duplicate_validation: true })
const countOf = (answers: Answer[], status: number) => answers.filter((answer) => answer.status === status).length
const startedBy = async (id: string): Promise<string> =>
  (await call('POST /conversations', { from: { type: 'contact', id }, body: 'Hello' })).body.conversation_id

/** Returns the columns that still name one of these contacts. */
async function namedIn(ids: string[]): Promise<string[]> {
  const columns = await sql<{ table_name: string; column_name: string }[]>`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and table_name <> 'contact_activities' and table_name !~ '^events' and data_type = 'text'
      and column_name in ('contact_id', 'author_id', 'object_id')`
  const found: string[] = []
  for (const { table_name, column_name } of columns) {
    const { count } = await sql`select from ${sql(table_name)} where ${sql(column_name)} = any(${ids}) limit 1`
    if (count) found.push(`${table_name}.${column_name}`)
  }
  return found
}

test('of twenty merges of one lead into different users, one is carried out', async () => {
  const from = await aLead()
  const conversation = await startedBy(from)
  const users = await Promise.all(Array.from({ length: 20 }, () => aUser()))
  const answers = await Promise.all(users.map((into) => merge(from, into)))
  assert.deepEqual([countOf(answers, 200), countOf(answers, 404)], [1, 19])
  const into = answers.find(({ status }) => status === 200)?.body.id
  assert.deepEqual(await topicsOf(workspace, into), ['contact.merged'])
  const { contacts } = (await call(`GET /conversations/${conversation}`)).body
  assert.deepEqual(
    contacts.contacts.map(({ id }: { id: string }) => id),
    [into],
  )
  assert.deepEqual(await namedIn([from]), [])
})

test('of fifty merges of leads with one email into users without, one user gets it, and the others are a 409', async () => {
  const email = 'everyone@example.com'
  const leads = await Promise.all(Array.from({ length: 50 }, () => aLead({ email })))
  const users = await Promise.all(leads.map(() => aUser({ email: null })))
  const answers = await Promise.all(leads.map((from, index) => merge(from, users[index]!)))
  assert.deepEqual([countOf(answers, 200), countOf(answers, 409)], [1, 49])
  const winner = answers.find(({ status }) => status === 200)?.body.id
  for (const { status, body } of answers)
    if (status === 409)
      assert.equal(body.errors[0].message, `A contact matching those details already exists with id=${winner}`)
  const { count } = await sql`select from contacts where email = ${email} and role = 'user'`
  assert.equal(count, 1)
})

test('twenty leads are merged into one user at once: everything of all is the user’s', async () => {
  const into = await aUser()
  const leads = await Promise.all(Array.from({ length: 20 }, () => aLead()))
  for (const id of leads) await call(`POST /contacts/${id}/notes`, { body: 'x' })
  const shared = await aMessage(workspace, { to: leads })
  await call('POST /conversations/last/reply', {
    ...{ type: 'user', message_type: 'comment', intercom_user_id: leads[0], body: 'x' },
  })
  const answers = await Promise.all(leads.map((from) => merge(from, into)))
  assert.equal(countOf(answers, 200), 20)
  const { body } = await call(`GET /contacts/${into}?include_merge_history=true`)
  assert.deepEqual([body.notes.total_count, body.merge_history.length], [20, 20])
  const { count } = await sql`select from deliveries where message_id = ${shared} and contact_id = ${into}`
  assert.equal(count, 20)
  assert.deepEqual(await namedIn(leads), [])
})

/** What happens at the moment of a merge; each allowed status has an order that explains it. */
type Rival = { run(pair: Pair): Promise<Answer>; allowed: number[] }
type Pair = { from: string; into: string; email: string; conversation: string; session: string; reply_to: string }

const comment = (rest: object) => ({ message_type: 'comment', body: 'At this moment', ...rest })
const byAdmin = { type: 'admin', admin_id: t.created.admin_id }

const RIVALS: Record<string, Rival> = {
  'the lead replies': {
    run: ({ from, conversation }) =>
      call(`POST /conversations/${conversation}/reply`, comment({ type: 'user', intercom_user_id: from })),
    allowed: [200, 404],
  },
  'an admin replies': {
    run: ({ conversation }) => call(`POST /conversations/${conversation}/reply`, comment(byAdmin)),
    allowed: [200],
  },
  'the lead answers by mail': {
    run: ({ email, reply_to }) => postMail(call, rawMail({ from: email, to: reply_to })),
    allowed: [200],
  },
  'the lead writes a new mail': {
    run: ({ email }) => postMail(call, rawMail({ from: email, to: 'hello@in.example.com' })),
    allowed: [200],
  },
  'the lead starts a conversation': {
    run: ({ from }) => call('POST /conversations', { from: { type: 'lead', id: from }, body: 'New' }),
    allowed: [200, 404],
  },
  'the lead writes in the messenger': {
    run: ({ session }) => call('POST /extensions/messenger/conversations', { body: 'New' }, { token: session }),
    allowed: [200, 401],
  },
  'the lead replies in the messenger': {
    run: ({ session, conversation }) =>
      call(`POST /extensions/messenger/conversations/${conversation}/replies`, { body: 'x' }, { token: session }),
    allowed: [200, 401, 404],
  },
  'the lead is tagged': { run: ({ from }) => call(`POST /contacts/${from}/tags`, { id: tag }), allowed: [200, 404] },
  'the lead is tagged with others': {
    run: ({ from, into }) => call('POST /tags', { name: 'At once', users: [{ id: into }, { id: from }] }),
    allowed: [200],
  },
  'a note is written': {
    run: ({ from }) => call(`POST /contacts/${from}/notes`, { body: 'x' }),
    allowed: [200, 404],
  },
  'an event is recorded': {
    run: ({ from }) =>
      call('POST /events', { id: from, event_name: 'ordered', created_at: Math.floor(Date.now() / 1000) }),
    allowed: [202, 404],
  },
  'the lead is changed': {
    run: ({ from }) => call(`PUT /contacts/${from}`, { name: 'Changed' }),
    allowed: [200, 404],
  },
  'the user is changed': { run: ({ into }) => call(`PUT /contacts/${into}`, { name: 'Changed' }), allowed: [200] },
  'the lead becomes a user': {
    run: ({ from }) => call(`PUT /contacts/${from}`, { role: 'user' }),
    allowed: [200, 404],
  },
  'the lead is archived': { run: ({ from }) => call(`POST /contacts/${from}/archive`), allowed: [200, 404] },
  'the user is deleted': { run: ({ into }) => call(`DELETE /contacts/${into}`), allowed: [200] },
  'the lead is blocked': { run: ({ from }) => call(`POST /contacts/${from}/block`), allowed: [200, 404] },
  'the lead gets a message': {
    run: ({ from }) =>
      call('POST /messages', {
        ...{ message_type: 'email', subject: 'x', body: 'x', template: 'plain' },
        ...{ from: { type: 'admin', id: t.created.admin_id }, to: { type: 'lead', id: from } },
      }),
    allowed: [200, 404],
  },
}

async function aPair(): Promise<Pair> {
  const [from, into] = [await aLead(), await aUser()]
  const email = `lead${numbers - 1}@example.com`
  const message_id = await aMessage(workspace, { to: from })
  const [delivery] = await sql<{ id: string }[]>`select id from deliveries where message_id = ${message_id}`
  const names = { workspace_id: workspace.id, id: delivery!.id }
  return {
    ...{ from, into, email },
    conversation: await startedBy(from),
    session: await aSession(workspace, SECRET, from),
    reply_to: signedAddress('reply', names, { secret: SECRET, domain: 'in.example.com' }),
  }
}

for (const [what, { run, allowed }] of Object.entries(RIVALS))
  test(`a merge, and at the same moment ${what}`, async () => {
    const pairs = await Promise.all(Array.from({ length: 12 }, aPair))
    const rounds = await Promise.all(
      pairs.map(async (pair, index) => {
        const wait = () => new Promise((resolve) => setTimeout(resolve, index))
        const [merged, rival] = await Promise.all([
          index % 2 ? wait().then(() => merge(pair.from, pair.into)) : merge(pair.from, pair.into),
          index % 2 ? run(pair) : wait().then(() => run(pair)),
        ])
        return { pair, merged, rival }
      }),
    )
    for (const { pair, merged, rival } of rounds) {
      assert.ok([200, 404, 400].includes(merged.status), merged.text)
      assert.ok(allowed.includes(rival.status), rival.text)
      if (merged.status !== 200) continue
      // Messages do not lock their contacts: a job moves those of this moment.
      if (what === 'the lead gets a message')
        await moveLate.run({ sql }, { workspace_id: workspace.id, from: pair.from })
      assert.deepEqual(await namedIn([pair.from]), [], what)
    }
    assert.ok(rounds.some(({ merged }) => merged.status === 200))
  })

test('a merge at the moment when a company of the lead is archived attaches nobody to that company', async () => {
  const [from, into] = [await aLead(), await aUser()]
  const { id } = (await call('POST /companies', { company_id: 'archived at this moment' })).body
  await call(`POST /contacts/${from}/companies`, { id })
  await call(`DELETE /companies/${id}`)
  let archiving: Promise<unknown> | undefined
  await atomically(workspace, async (transaction) => {
    await moveMembers(transaction, from, into)
    const payload = { workspace_id: workspace.id, id, admin_id: t.created.admin_id }
    archiving = archiveJob(companyContacts).run({ sql }, payload)
    await eventually(
      () => sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ({ count }) => count > 0,
    )
  })
  await archiving
  const { count } = await sql`select from company_contacts where workspace_id = ${workspace.id} and company_id = ${id}`
  assert.equal(count, 0)
  assert.equal((await call(`GET /contacts/${into}`)).body.companies.total_count, 0)
})

test('replies of admins at the moment of a merge are delivered to the contact once each', async () => {
  const pairs = await Promise.all(Array.from({ length: 10 }, aPair))
  await Promise.all(
    pairs.flatMap(({ from, into, conversation }) => [
      merge(from, into),
      ...Array.from({ length: 3 }, () => call(`POST /conversations/${conversation}/reply`, comment(byAdmin))),
    ]),
  )
  for (const { into, conversation } of pairs) {
    const rows = await sql`select contact_id from deliveries where conversation_id = ${conversation}`
    assert.deepEqual(
      rows.map(({ contact_id }) => contact_id),
      [into, into, into],
    )
  }
})

test('everything at once, on a few contacts: no deadlock and no other error reaches a client', async () => {
  const pairs = await Promise.all(Array.from({ length: 4 }, aPair))
  const into = pairs.map((pair) => pair.into)
  const rivals = Object.entries(RIVALS).filter(([what]) => !/deleted|archived|becomes/.test(what))
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, round) =>
      pairs.flatMap((pair, index) => [
        ...rivals.map(async ([what, { run }]) => ({ what, answer: await run(pair) })),
        ...(round > 2
          ? [merge(pair.from, into[(index + round) % 4]!).then((answer) => ({ what: 'merge', answer }))]
          : []),
      ]),
    ).flat(),
  )
  const unexpected = answers.filter(({ answer }) => answer.status >= 500)
  assert.deepEqual(
    unexpected.map(({ what, answer }) => `${what}: ${answer.text}`),
    [],
  )
})
