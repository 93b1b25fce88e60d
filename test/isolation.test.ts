// No workspace can see or change another's data: every operation is tried with another workspace's ids.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECRET, testApp } from './app.ts'
import { contentsOf } from './contents.ts'
import { aContact, aSession } from './factories.ts'
import { admin, type Request, user } from './fixture.ts'
import { namesOf, populate, together } from './fixtures.ts'

const t = await testApp()
const another = await t.another()
const mine = await populate(t)
const theirs = await populate(another)

const attempts = together('attempts')
const removals = together('removals')
const lists = together('lists')

/** Operations without an id of a workspace: other tests, here or beside them, check their isolation. */
const TESTED_ELSEWHERE = [
  ...['createMessengerSession', 'listMessengerConversations', 'beginMessengerConversation', 'streamMessages'],
  ...['getMessengerConversation', 'replyMessengerConversation', 'readMessengerConversation'],
  'rateMessengerConversation',
  ...['listMessengerTicketTypes', 'createMessengerTicket'],
  ...['listWorkspaces', 'createWorkspace', 'deleteWorkspace', 'readAttachment', 'askToUnsubscribe'],
  ...['unsubscribe', 'setEmailPreferences'],
  ...['receiveEmail', 'receiveTwilioStatus', 'receiveTwilioMessage', 'verifyWhatsAppWebhook', 'receiveWhatsAppWebhook'],
]

const comment = (rest: object) => ({ message_type: 'comment', body: 'x', ...rest })
const inapp = (rest: object) => ({ message_type: 'in_app', body: 'x', ...rest })

const before = { mine: await contentsOf(t.workspace), theirs: await contentsOf(another.workspace) }
const assertUntouched = async () => {
  assert.deepEqual(await contentsOf(another.workspace), before.theirs)
  assert.deepEqual(await contentsOf(t.workspace), before.mine)
}

test('every operation is tried', async () => {
  const { body } = await t.call('GET /openapi.json')
  const operations = Object.values<Record<string, { operationId: string }>>(body.paths).flatMap(Object.values)
  assert.deepEqual(
    operations.map(({ operationId }) => operationId).sort(),
    [...[attempts, removals, lists].flatMap(Object.keys), ...namesOf('tested_elsewhere'), ...TESTED_ELSEWHERE].sort(),
  )
})

const secrets = () => [...Object.entries(theirs), ['workspace', another.created.id] as const]

/** Ids are numbered across workspaces, so that the number of another one's object may occur in an answer for something else. */
function assertTellsNothing(text: string) {
  for (const [what, secret] of secrets()) {
    if (!/^\d{1,6}$/.test(secret)) assert.ok(!text.includes(secret), `${what} ${secret} in ${text}`)
  }
}

for (const [operation, requests] of Object.entries({ ...attempts, ...removals })) {
  test(`${operation} refuses objects of another workspace, and changes nothing`, async () => {
    for (const [route, body] of requests(theirs, mine)) {
      const { status, text, ...answer } = await t.call(route, body)
      assert.ok(status === 404 || status === 400, `${route} ${JSON.stringify(body)}: ${status} ${text}`)
      assert.equal(answer.body.type, answer.body.errors ? 'error.list' : 'error')
    }
    await assertUntouched()
  })
}

for (const [operation, requests] of Object.entries(lists)) {
  test(`${operation} shows nothing of another workspace`, async () => {
    for (const [route, body] of requests(theirs)) {
      const { status, text } = await t.call(route, body)
      assert.equal(status, 200, text)
      assertTellsNothing(text.replaceAll(JSON.stringify(body), ''))
      const own = await another.call(route, body)
      assert.ok(
        secrets().some(([, secret]) => own.text.includes(secret)),
        `${route} shows its owner nothing either`,
      )
    }
  })
}

test('a messenger of one workspace sees and changes nothing in another', async () => {
  const session = await aSession(t.workspace, SECRET, mine.user)
  const theirSession = await aSession(another.workspace, SECRET, theirs.user)
  const at = '/extensions/messenger/conversations'
  for (const [route, body] of [
    [`GET ${at}/${theirs.conversation}`],
    [`POST ${at}/${theirs.conversation}/replies`, { body: 'x' }],
    [`POST ${at}/${theirs.conversation}/read`],
  ] as Request[]) {
    const { status, text } = await t.call(route, body, { token: session })
    assert.equal(status, 404, `${route}: ${text}`)
    assert.equal((await t.call(route, body, { token: t.created.token })).status, 401)
    assert.equal((await another.call(route, body, { token: theirSession })).status === 404, false)
  }
  const list = await t.call(`GET ${at}`, undefined, { token: session })
  assert.equal(list.status, 200)
  assertTellsNothing(list.text)
  assert.match((await t.call(`GET ${at}`, undefined, { token: theirSession })).text, new RegExp(another.created.id))
  for (const id of [theirs.external_id, theirs.email])
    assert.equal((await t.call('GET /extensions/messenger/stream', undefined, { token: id })).status, 401)

  const untouched = await contentsOf(another.workspace)
  const app_id = t.created.id
  const user = { user_id: theirs.external_id, email: theirs.email }
  const { status } = await t.call('POST /extensions/messenger/sessions', { app_id, ...user }, { token: null })
  assert.equal(status, 401)
  const third = await t.another() // It does not verify identities.
  const asTheirs = { app_id: third.created.id, ...user }
  const believed = await t.call('POST /extensions/messenger/sessions', asTheirs, { token: null })
  assert.equal(believed.status, 200)
  assert.notEqual(believed.body.contact.id, theirs.user)
  await t.call(`POST ${at}`, { body: 'Hello' }, { token: believed.body.token })
  assert.deepEqual(await contentsOf(another.workspace), untouched)
})

test('the same external id in two workspaces is two contacts', async () => {
  await aContact(t.workspace, { id: theirs.lead })
  const untouched = await contentsOf(another.workspace)
  for (const [route, body] of [
    [`PUT /contacts/${theirs.lead}`, { name: 'Mine', phone: '+12025550199' }],
    [`POST /contacts/${theirs.lead}/tags`, { id: mine.tag }],
    ['POST /conversations', { from: user(theirs.lead), body: 'Mine' }],
    ['POST /messages', inapp({ from: admin(mine.admin), to: user(theirs.lead) })],
    [`POST /contacts/${theirs.lead}/archive`],
    [`DELETE /contacts/${theirs.lead}`],
  ] as Request[]) {
    assert.equal((await t.call(route, body)).status, 200, route)
  }
  assert.deepEqual(await contentsOf(another.workspace), untouched)
})

test('names, addresses and external ids are unique within a workspace, not across', async () => {
  assert.equal((await t.call('POST /tags', { name: `Tag of ${another.created.id}` })).status, 200)
  const attribute = { name: 'size', model: 'contact', data_type: 'string' }
  for (const call of [t.call, another.call]) assert.equal((await call('POST /data_attributes', attribute)).status, 200)
  const { status, text } = await t.call('POST /contacts', { email: theirs.email, external_id: theirs.external_id })
  assert.equal(status, 200, text)
})

test('a link of one workspace does not work in another', async () => {
  const file = { content_type: 'text/plain', name: 'note.txt', data: Buffer.from('Secret').toString('base64') }
  const reply = comment({ type: 'admin', admin_id: theirs.admin, attachment_files: [file] })
  const { body } = await another.call(`POST /conversations/${theirs.conversation}/reply`, reply)
  const [{ url }] = body.conversation_parts.conversation_parts[0].attachments
  const link = url.slice(url.indexOf('/attachments/'))
  assert.equal((await t.call(`GET ${link}`, undefined, { token: null })).text, 'Secret')
  const forged = link.replace(/[^/]+$/, (token: string) => token.replace(/^./, (first) => (first === 'x' ? 'y' : 'x')))
  assert.equal((await t.call(`GET ${forged}`)).status, 404)
  assert.equal((await t.call(`GET ${link.replace('attachments', 'unsubscribe')}`)).status, 404)
})

test('the owner may do what others are refused', async () => {
  for (const requests of [...Object.values(attempts), ...Object.values(removals)]) {
    for (const [route, body] of requests(theirs, theirs)) {
      const { status, text } = await another.call(route, body)
      // Some operations run twice, such as closing a conversation.
      assert.ok([200, 201, 202, 204, 422].includes(status), `${route} ${JSON.stringify(body)}: ${status} ${text}`)
    }
  }
})

test('emptying or removing a workspace removes nothing of another', async () => {
  const { call, created, workspace } = await t.another()
  await populate({ call, created, workspace })
  const untouched = await contentsOf(another.workspace)
  assert.equal((await call('POST /extensions/sandbox/reset')).status, 200)
  const emptied = await contentsOf(workspace)
  assert.deepEqual(
    Object.keys(emptied).filter((table) => emptied[table]?.length),
    [
      ...['admins', 'away_status_reasons', 'banners', 'brands', 'channel_accounts', 'custom_channels'],
      ...[
        'custom_object_relations',
        'custom_object_types',
        'data_connectors',
        'ecommerce_connectors',
        'email_settings',
      ],
      ...['help_center_names', 'help_centers', 'log_readers'],
      ...['macros', 'newsfeeds', 'object_counts', 'procedures', 'reply_domains'],
      ...['segments', 'sign_ins', 'subscription_types', 'teams', 'ticket_states', 'tokens', 'visitors'],
      ...['webhook_subscriptions', 'whatsapp_templates', 'workflow_versions', 'workflows'],
    ],
  )
  const [counted] = await workspace.sql`
    select sum(live) as live from object_counts where workspace_id = ${workspace.id}`
  assert.equal(counted!['live'], '0')
  const removed = await t.another()
  await populate(removed)
  assert.equal((await t.call(`DELETE /extensions/workspaces/${removed.created.id}`)).status, 200)
  assert.ok(Object.values(await contentsOf(removed.workspace)).every((rows) => rows.length === 0))
  assert.deepEqual(await contentsOf(another.workspace), untouched)
})
