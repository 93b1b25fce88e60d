// No workspace sees or touches another's: every operation is tried with another workspace's ids.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SECRET, testApp } from './app.ts'
import { aContact, aSession } from './factories.ts'
import { contentsOf, type Inhabitants, inhabit } from './inhabited.ts'

const t = await testApp()
const another = await t.another()
const mine = await inhabit(t)
const theirs = await inhabit(another)

type Request = [route: string, body?: unknown]
type Attempts = (theirs: Inhabitants, mine: Inhabitants) => Request[]

const comment = (rest: object) => ({ message_type: 'comment', body: 'x', ...rest })
const inapp = (rest: object) => ({ message_type: 'in_app', body: 'x', ...rest })
const admin = (id: string) => ({ type: 'admin', id })
const user = (id: string) => ({ type: 'user', id })

/**
 * By operation, whatever names something of theirs: in the path, and wherever in the body an id can stand. What takes
 * things away comes last.
 */
const ATTEMPTS: Record<string, Attempts> = {
  createMessage: (their, my) => [
    ['POST /messages', inapp({ from: admin(their.admin), to: user(my.user) })],
    ['POST /messages', inapp({ from: admin(my.admin), to: user(their.user) })],
    ['POST /messages', inapp({ from: admin(my.admin), to: [user(my.user), user(their.user)] })],
    ['POST /messages', inapp({ from: admin(my.admin), to: user(my.user), cc: [user(their.user)] })],
    ['POST /messages', inapp({ from: admin(my.admin), to: user(my.user), bcc: user(their.lead) })],
    ['POST /messages', inapp({ from: admin(my.admin), to: { type: 'user', email: their.email } })],
    ['POST /messages', inapp({ from: admin(my.admin), to: { type: 'user', user_id: their.external_id } })],
    ['POST /messages', inapp({ from: user(their.user) })],
    ['POST /messages', inapp({ from: { type: 'user', email: their.email } })],
  ],
  RetrieveWhatsAppMessageStatus: ({ wamid }) => [[`GET /messages/whatsapp/status?message_id=${wamid}`]],
  ShowContact: ({ user }) => [[`GET /contacts/${user}`]],
  ShowContactByExternalId: ({ external_id }) => [
    [`GET /contacts/find_by_external_id/${encodeURIComponent(external_id)}`],
  ],
  UpdateContact: (their, my) => [
    [`PUT /contacts/${their.user}`, { name: 'x' }],
    [`PUT /contacts/${my.user}`, { owner_id: their.colleague }],
  ],
  CreateContact: (their) => [['POST /contacts', { role: 'lead', owner_id: their.admin }]],
  UnarchiveContact: ({ archived }) => [[`POST /contacts/${archived}/unarchive`]],
  createConversation: (their) => [
    ['POST /conversations', { from: user(their.user), body: 'x' }],
    ['POST /conversations', { from: { type: 'user', user_id: their.external_id }, body: 'x' }],
    ['POST /conversations', { from: { type: 'user', email: their.email }, body: 'x' }],
  ],
  retrieveConversation: ({ conversation }) => [[`GET /conversations/${conversation}`]],
  updateConversation: (their, my) => [
    [`PUT /conversations/${their.conversation}`, { read: true, title: 'x' }],
    [`PUT /conversations/${my.conversation}`, { priority: 'high', admin_id: their.admin }],
  ],
  replyConversation: (their, my) => [
    [`POST /conversations/${their.conversation}/reply`, comment({ type: 'admin', admin_id: my.admin })],
    [`POST /conversations/${their.conversation}/reply`, comment({ type: 'user', intercom_user_id: my.user })],
    [`POST /conversations/${my.conversation}/reply`, comment({ type: 'admin', admin_id: their.admin })],
    [`POST /conversations/${my.conversation}/reply`, comment({ type: 'user', intercom_user_id: their.user })],
    [`POST /conversations/${my.conversation}/reply`, comment({ type: 'user', email: their.email })],
    ['POST /conversations/last/reply', comment({ type: 'user', user_id: their.external_id })],
  ],
  manageConversation: (their, my) => [
    [`POST /conversations/${their.conversation}/parts`, { message_type: 'close', type: 'admin', admin_id: my.admin }],
    [`POST /conversations/${my.conversation}/parts`, { message_type: 'close', type: 'admin', admin_id: their.admin }],
    ...[their.admin, their.team].flatMap((assignee_id, index): Request[] => [
      [
        `POST /conversations/${my.conversation}/parts`,
        { message_type: 'assignment', type: ['admin', 'team'][index], admin_id: my.admin, assignee_id },
      ],
    ]),
  ],
  createTag: (their) => [['POST /tags', { id: their.tag, name: 'Taken' }]],
  findTag: ({ tag }) => [[`GET /tags/${tag}`]],
  listTagsForAContact: ({ user }) => [[`GET /contacts/${user}/tags`]],
  attachTagToContact: (their, my) => [
    [`POST /contacts/${their.user}/tags`, { id: my.tag }],
    [`POST /contacts/${my.lead}/tags`, { id: their.tag }],
  ],
  detachTagFromContact: (their, my) => [
    [`DELETE /contacts/${their.user}/tags/${my.tag}`],
    [`DELETE /contacts/${my.user}/tags/${their.tag}`],
    [`DELETE /contacts/${their.user}/tags/${their.tag}`],
  ],
  attachTagToConversation: (their, my) => [
    [`POST /conversations/${their.conversation}/tags`, { id: my.tag, admin_id: my.admin }],
    [`POST /conversations/${my.conversation}/tags`, { id: their.tag, admin_id: my.admin }],
    [`POST /conversations/${my.conversation}/tags`, { id: my.tag, admin_id: their.admin }],
  ],
  detachTagFromConversation: (their, my) => [
    [`DELETE /conversations/${their.conversation}/tags/${their.tag}`, { admin_id: my.admin }],
    [`DELETE /conversations/${my.conversation}/tags/${their.tag}`, { admin_id: my.admin }],
    [`DELETE /conversations/${my.conversation}/tags/${my.tag}`, { admin_id: their.admin }],
  ],
  updateDataAttribute: ({ attribute }) => [[`PUT /data_attributes/${attribute}`, { archived: true }]],
  retrieveAdmin: ({ admin }) => [[`GET /admins/${admin}`]],
  setAwayAdmin: (their, my) => {
    const away = { away_mode_enabled: true, away_mode_reassign: true }
    return [
      [`PUT /admins/${their.admin}/away`, away],
      [`PUT /admins/${my.admin}/away`, { ...away, away_status_reason_id: their.reason }],
    ]
  },
  listMessageDeliveries: ({ message }) => [[`GET /extensions/messages/${message}/deliveries`]],
  getDelivery: ({ delivery }) => [[`GET /extensions/deliveries/${delivery}`]],
  retryDelivery: ({ failed }) => [[`POST /extensions/deliveries/${failed}/retry`]],
  cancelDelivery: ({ delivery }) => [[`POST /extensions/deliveries/${delivery}/cancel`]],
  createBroadcast: (their, my) => {
    const news = { message_type: 'whatsapp', template: 'order_update' }
    return [
      ['POST /extensions/broadcasts', { ...news, audience: { contact_ids: [my.user, their.user] } }],
      ['POST /extensions/broadcasts', { ...news, audience: { tag_id: their.tag } }],
      ['POST /extensions/broadcasts', { ...news, audience: { tag_id: my.tag }, from: admin(their.admin) }],
    ]
  },
  getBroadcast: ({ broadcast }) => [[`GET /extensions/broadcasts/${broadcast}`]],
  pauseBroadcast: ({ broadcast }) => [[`POST /extensions/broadcasts/${broadcast}/pause`]],
  resumeBroadcast: ({ broadcast }) => [[`POST /extensions/broadcasts/${broadcast}/resume`]],
  cancelBroadcast: ({ broadcast }) => [[`POST /extensions/broadcasts/${broadcast}/cancel`]],
  optOutOfWhatsApp: ({ user }) => [[`PUT /extensions/contacts/${user}/whatsapp`, { unsubscribed: true }]],
  getChannel: ({ channel }) => [[`GET /extensions/channels/${channel}`]],
  updateChannel: ({ channel }) => [[`PUT /extensions/channels/${channel}`, { name: 'x' }]],
  testChannel: (their, my) => [
    [`POST /extensions/channels/${their.channel}/test`, { to: { id: my.user } }],
    [`POST /extensions/channels/${my.channel}/test`, { to: { id: their.user } }],
  ],
  deleteIdentityVerificationSecret: ({ secret }) => [[`DELETE /secure_mode_secrets/${secret}`]],
  writeReply: (their, my) => {
    const reply = (rest: object): Request => ['POST /extensions/sandbox/replies', { body: 'x', ...rest }]
    return [
      reply({ contact: { id: their.user } }),
      reply({ contact: { user_id: their.external_id } }),
      reply({ contact: { email: their.email } }),
      reply({ contact: { id: my.user }, to_message: their.message }),
      reply({ contact: { id: my.user }, to_conversation: their.conversation }),
      reply({ contact: { id: their.user }, to_message: my.message, channel: 'email' }),
      reply({ to_conversation: their.conversation }),
    ]
  },
  sayStatus: (their, my) => {
    const word = (rest: object): Request => ['POST /extensions/sandbox/statuses', { status: 'read', ...rest }]
    return [
      word({ delivery_id: their.delivery }),
      word({ message_id: their.message }),
      word({ message_id: my.message, contact_id: their.user }),
      word({ whatsapp_message_id: their.wamid }),
    ]
  },
  disarmFault: ({ fault }) => [[`DELETE /extensions/sandbox/faults/${fault}`]],
  deleteChannel: ({ channel }) => [[`DELETE /extensions/channels/${channel}`]],
  ArchiveContact: ({ user }) => [[`POST /contacts/${user}/archive`]],
  DeleteContact: ({ user }) => [[`DELETE /contacts/${user}`]],
  deleteTag: ({ tag }) => [[`DELETE /tags/${tag}`]],
}

/** What asks for no id, or finds by an id and leaves out whatever it does not find. */
const LISTS: Record<string, (their: Inhabitants) => Request[]> = {
  getWhatsAppMessageStatus: ({ whatsapp }) => [[`GET /messages/status?ruleset_id=${whatsapp}`]],
  ListContacts: () => [['GET /contacts?per_page=150']],
  SearchContacts: (their) =>
    [
      { field: 'email', operator: '=', value: their.email },
      { field: 'id', operator: 'IN', value: [their.user, their.lead] },
      { field: 'tag_id', operator: '=', value: their.tag },
      { field: 'owner_id', operator: '!=', value: their.admin },
      { field: 'custom_attributes.plan', operator: '~', value: 'plan' },
      { field: 'role', operator: '!=', value: 'nobody' },
    ].map((query) => ['POST /contacts/search', { query }]),
  listConversations: () => [['GET /conversations?per_page=150']],
  searchConversations: (their) =>
    [
      { field: 'id', operator: '=', value: their.conversation },
      { field: 'contact_ids', operator: '=', value: their.user },
      { field: 'tag_ids', operator: '=', value: their.tag },
      { field: 'teammate_ids', operator: '=', value: their.admin },
      { field: 'source.author.email', operator: '=', value: their.email },
      { field: 'created_at', operator: '>', value: 0 },
    ].map((query) => ['POST /conversations/search', { query }]),
  listTags: () => [['GET /tags']],
  lisDataAttributes: () => [['GET /data_attributes?include_archived=true']],
  identifyAdmin: () => [['GET /me']],
  listIdentityVerificationSecrets: () => [['GET /secure_mode_secrets']],
  listAdmins: () => [['GET /admins']],
  listBroadcasts: () => [['GET /extensions/broadcasts']],
  listChannels: () => [['GET /extensions/channels']],
  listDeliveries: () => [['GET /extensions/deliveries?per_page=150']],
  listFaults: () => [['GET /extensions/sandbox/faults']],
  listCapturedMessages: ({ email }) => [
    ['GET /extensions/sandbox/messages?per_page=150'],
    [`GET /extensions/sandbox/messages?to=${encodeURIComponent(email)}`],
  ],
}

/** Tried in tests of their own, below or beside them. */
const ELSEWHERE = [
  'createChannel',
  'createDataAttribute',
  'createIdentityVerificationSecret',
  'createMessengerSession',
  'listMessengerConversations',
  'beginMessengerConversation',
  'getMessengerConversation',
  'replyMessengerConversation',
  'readMessengerConversation',
  'streamMessages',
  'resetSandbox',
  'armFault',
  'disarmFaults',
  'getClock',
  'setClock',
  'getSandboxSettings',
  'updateSandboxSettings',
  'listWorkspaces',
  'createWorkspace',
  'deleteWorkspace',
  'readAttachment',
  'receiveEmail',
  'askToUnsubscribe',
  'unsubscribe',
  'receiveTwilioStatus',
  'receiveTwilioMessage',
  'verifyWhatsAppWebhook',
  'receiveWhatsAppWebhook',
]

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
    [...Object.keys(ATTEMPTS), ...Object.keys(LISTS), ...ELSEWHERE].sort(),
  )
})

const secrets = () => [...Object.entries(theirs), ['workspace', another.created.id] as const]

/** Ids count up through all workspaces, so that a number of theirs may stand in an answer of ours for something else. */
function assertTellsNothing(text: string) {
  for (const [what, secret] of secrets()) {
    if (!/^\d{1,6}$/.test(secret)) assert.ok(!text.includes(secret), `${what} ${secret} in ${text}`)
  }
}

for (const [operation, attempts] of Object.entries(ATTEMPTS)) {
  test(`${operation} refuses what belongs to another workspace, and changes nothing`, async () => {
    for (const [route, body] of attempts(theirs, mine)) {
      const { status, text, ...answer } = await t.call(route, body)
      assert.ok(status === 404 || status === 400, `${route} ${JSON.stringify(body)}: ${status} ${text}`)
      assert.equal(answer.body.type, answer.body.errors ? 'error.list' : 'error')
    }
    await assertUntouched()
  })
}

for (const [operation, requests] of Object.entries(LISTS)) {
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

test('a messenger of one workspace sees and does nothing in another', async () => {
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
  const third = await t.another() // It believes whatever it is told.
  const asTheirs = { app_id: third.created.id, ...user }
  const believed = await t.call('POST /extensions/messenger/sessions', asTheirs, { token: null })
  assert.equal(believed.status, 200)
  assert.notEqual(believed.body.contact.id, theirs.user)
  await t.call(`POST ${at}`, { body: 'Hello' }, { token: believed.body.token })
  assert.deepEqual(await contentsOf(another.workspace), untouched)
})

test('one id in two workspaces is two contacts', async () => {
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

test('names, addresses and external ids are unique in a workspace, not across', async () => {
  assert.equal((await t.call('POST /tags', { name: `Tag of ${another.created.id}` })).status, 200)
  const attribute = { name: 'size', model: 'contact', data_type: 'string' }
  for (const call of [t.call, another.call]) assert.equal((await call('POST /data_attributes', attribute)).status, 200)
  const { status, text } = await t.call('POST /contacts', { email: theirs.email, external_id: theirs.external_id })
  assert.equal(status, 200, text)
})

test('a link of one workspace leads into no other', async () => {
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

test('what is refused to others, its owner may do', async () => {
  for (const attempts of Object.values(ATTEMPTS)) {
    for (const [route, body] of attempts(theirs, theirs)) {
      const { status, text } = await another.call(route, body)
      // Some of it is done twice, such as closing a conversation.
      assert.ok([200, 202, 204, 422].includes(status), `${route} ${JSON.stringify(body)}: ${status} ${text}`)
    }
  }
})

test('a workspace that is emptied or removed takes nothing of another along', async () => {
  const { call, created, workspace } = await t.another()
  await inhabit({ call, created, workspace })
  const untouched = await contentsOf(another.workspace)
  assert.equal((await call('POST /extensions/sandbox/reset')).status, 200)
  const emptied = await contentsOf(workspace)
  assert.deepEqual(
    Object.keys(emptied).filter((table) => emptied[table]?.length),
    ['admins', 'away_status_reasons', 'channel_accounts', 'teams', 'tokens', 'whatsapp_templates'],
  )
  const removed = await t.another()
  await inhabit(removed)
  assert.equal((await t.call(`DELETE /extensions/workspaces/${removed.created.id}`)).status, 200)
  assert.ok(Object.values(await contentsOf(removed.workspace)).every((rows) => rows.length === 0))
  assert.deepEqual(await contentsOf(another.workspace), untouched)
})
