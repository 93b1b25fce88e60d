// Subscription types, and what contacts choose: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient, IntercomError } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer()
const { sql } = t.database
const NOBODY = '0123456789abcdef01234567'
const NO_USER = [{ code: 'not_found', message: 'User Not Found' }]
const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

const english = (name = 'Newsletter') => ({ name, description: 'Lorem ipsum', locale: 'en' })
const create = (more: object = {}) =>
  t.call('POST /extensions/subscription_types', { consent_type: 'opt_out', translations: [english()], ...more })
const aType = async (more: object = {}) => (await create(more)).body
const choose = (contact: string, body: object, options = {}) =>
  t.call(`POST /contacts/${contact}/subscriptions`, body, options)
const takeBack = (contact: string, id: string) => t.call(`DELETE /contacts/${contact}/subscriptions/${id}`)
const chosenBy = async (contact: string) =>
  (await t.call(`GET /contacts/${contact}/subscriptions`)).body.data.map(({ id }: { id: string }) => id)

describe('a request is refused', () => {
  test('without a token, or without the scope', async () => {
    const contact = await aContact(t.workspace)
    const { id } = await aType()
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    for (const [route, body] of [
      ['GET /subscription_types', undefined],
      [`GET /contacts/${contact}/subscriptions`, undefined],
      [`POST /contacts/${contact}/subscriptions`, { id, consent_type: 'opt_out' }],
      [`DELETE /contacts/${contact}/subscriptions/${id}`, undefined],
    ] as const) {
      assert.equal((await t.call(route, body, { token: null })).status, 401, route)
      assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    }
    assert.equal((await t.call('POST /extensions/subscription_types', {}, { token: text })).status, 403)
    assert.deepEqual(await chosenBy(contact), [])
  })

  test('for a contact or a type that is unknown, or of another workspace', async () => {
    const other = await t.another()
    const theirs = await aContact(other.workspace)
    const { body: their_type } = await other.call('POST /extensions/subscription_types', {
      ...{ consent_type: 'opt_out', translations: [english()] },
    })
    const archived = await aContact(t.workspace, { archived_at: new Date() })
    const contact = await aContact(t.workspace)
    const { id } = await aType()
    for (const unknown of [NOBODY, 'nobody', archived, theirs]) {
      assert.deepEqual((await choose(unknown, { id, consent_type: 'opt_out' })).body.errors, NO_USER)
      assert.deepEqual((await takeBack(unknown, id)).body.errors, NO_USER)
      assert.deepEqual((await t.call(`GET /contacts/${unknown}/subscriptions`)).body.errors, NO_USER)
    }
    for (const unknown of ['invalid_id', '0', '99999999999999999999', their_type.id]) {
      const { status, body } = await choose(contact, { id: unknown, consent_type: 'opt_in' })
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], unknown)
      assert.deepEqual((await takeBack(contact, unknown)).body.errors, NOT_FOUND)
      const changed = await t.call(`PUT /extensions/subscription_types/${unknown}`, { state: 'live' })
      assert.equal(changed.status, 404)
    }
  })

  test('for a type that is not live, or with the other consent type', async () => {
    const contact = await aContact(t.workspace)
    for (const state of ['draft', 'archived']) {
      const { id } = await aType({ state })
      assert.equal((await choose(contact, { id, consent_type: 'opt_out' })).status, 404, state)
    }
    const { id } = await aType()
    for (const body of [
      { id, consent_type: 'opt_in' },
      { id, consent_type: 'maybe' },
      { consent_type: 'opt_out' },
      { id: {} },
    ])
      assert.equal((await choose(contact, body)).status, 400, JSON.stringify(body))
    assert.deepEqual(await chosenBy(contact), [])
  })

  const cases: [what: string, type: object][] = [
    ['without a consent type', { consent_type: undefined }],
    ['with an unknown consent type', { consent_type: 'opt' }],
    ['without translations', { translations: [] }],
    ['without a name', { translations: [{ ...english(), name: ' ' }] }],
    ['without a description', { translations: [{ name: 'x', locale: 'en' }] }],
    ['with a wrong locale', { translations: [{ ...english(), locale: 'English' }] }],
    ['with one locale twice', { translations: [english(), { ...english(), locale: 'EN' }] }],
    ['with an unknown content type', { content_types: ['push'] }],
    ['without content types', { content_types: [] }],
    ['with one content type twice', { content_types: ['email', 'email'] }],
    ['with an unknown state', { state: 'deleted' }],
  ]
  for (const [what, type] of cases) test(`a type ${what}`, async () => assert.equal((await create(type)).status, 400))

  test('for the 101st type', async () => {
    const { call } = await t.another()
    const type = { consent_type: 'opt_in', translations: [english()] }
    const answers = await Promise.all(
      Array.from({ length: 103 }, () => call('POST /extensions/subscription_types', type)),
    )
    assert.deepEqual(
      answers.map(({ status }) => status).filter((status) => status !== 200),
      [409, 409, 409],
    )
  })
})

test('types are listed oldest first, with all their translations, archived ones too', async () => {
  const { call } = await t.another()
  const german = { name: 'Infobrief', description: '', locale: 'de' }
  const post = async (body: object) => (await call('POST /extensions/subscription_types', body)).body
  const first = await post({ consent_type: 'opt_out', translations: [english(), german] })
  const second = await post({ consent_type: 'opt_in', translations: [english('SMS')], content_types: ['sms_message'] })
  await call(`PUT /extensions/subscription_types/${second.id}`, { state: 'archived' })
  assert.deepEqual((await call('GET /subscription_types')).body, {
    type: 'list',
    data: [
      {
        ...{ type: 'subscription', id: first.id, state: 'live', consent_type: 'opt_out' },
        ...{ default_translation: english(), translations: [english(), german], content_types: ['email'] },
      },
      {
        ...{ type: 'subscription', id: second.id, state: 'archived', consent_type: 'opt_in' },
        ...{ default_translation: english('SMS'), translations: [english('SMS')], content_types: ['sms_message'] },
      },
    ],
  })
})

describe('a choice', () => {
  for (const consent_type of ['opt_out', 'opt_in'] as const) {
    test(`of an ${consent_type} type is listed, shown with the contact, and taken back`, async () => {
      const contact = await aContact(t.workspace)
      const type = await aType({ consent_type })
      const lists = async () => {
        const { body } = await t.call(`GET /contacts/${contact}`)
        return [body.opted_out_subscription_types, body.opted_in_subscription_types]
      }
      const url = `/contacts/${contact}/subscriptions`
      const empty = { type: 'list', data: [], url, total_count: 0, has_more: false }
      assert.deepEqual(await lists(), [empty, empty])
      const chosen = await choose(contact, { id: Number(type.id), consent_type })
      assert.deepEqual([chosen.status, chosen.body], [200, type])
      const item = { id: type.id, type: 'subscription', url: `/subscription_types/${type.id}` }
      const one = { ...empty, data: [item], total_count: 1 }
      assert.deepEqual(await lists(), consent_type === 'opt_out' ? [one, empty] : [empty, one])
      assert.deepEqual(await chosenBy(contact), [type.id])
      const back = await takeBack(contact, type.id)
      assert.deepEqual([back.status, back.body], [200, type])
      assert.deepEqual(await lists(), [empty, empty])
    })
  }

  test('emits its event once, and moves updated_at; a repeated one does neither', async () => {
    const contact = await aContact(t.workspace)
    const [out, in_] = [await aType(), await aType({ consent_type: 'opt_in' })]
    const before = await topicsOf(t.workspace, contact)
    await sql`update contacts set updated_at = '2020-01-01' where id = ${contact}`
    const steps: [act: () => Promise<{ status: number }>, topics: string[]][] = [
      [() => takeBack(contact, out.id), []],
      [() => choose(contact, { id: out.id, consent_type: 'opt_out' }), ['granular.unsubscribe']],
      [() => choose(contact, { id: out.id, consent_type: 'opt_out' }), []],
      [() => takeBack(contact, out.id), ['granular.subscribe']],
      [() => choose(contact, { id: in_.id, consent_type: 'opt_in' }), ['granular.subscribe']],
      [() => takeBack(contact, in_.id), ['granular.unsubscribe']],
      [() => takeBack(contact, in_.id), []],
    ]
    const expected = [...before]
    for (const [act, topics] of steps) {
      assert.equal((await act()).status, 200)
      expected.push(...topics)
      assert.deepEqual(await topicsOf(t.workspace, contact), expected)
    }
    const { body } = await t.call(`GET /contacts/${contact}`)
    assert.ok(body.updated_at > Date.now() / 1000 - 60)
  })

  test('that is made several times at once is made once', async () => {
    const contact = await aContact(t.workspace)
    const { id } = await aType()
    const answers = await Promise.all(Array.from({ length: 8 }, () => choose(contact, { id, consent_type: 'opt_out' })))
    assert.ok(answers.every(({ status }) => status === 200))
    assert.deepEqual(await topicsOf(t.workspace, contact), ['granular.unsubscribe'])
  })

  test('stays when its type is archived', async () => {
    const contact = await aContact(t.workspace)
    const { id } = await aType()
    await choose(contact, { id, consent_type: 'opt_out' })
    await t.call(`PUT /extensions/subscription_types/${id}`, { state: 'archived' })
    assert.deepEqual(await chosenBy(contact), [id])
    assert.equal((await takeBack(contact, id)).status, 200)
  })
})

test('the official SDK lists types, and chooses for a contact', async () => {
  const contact_id = await aContact(t.workspace)
  const { id } = await aType()
  const client = new IntercomClient({ token: t.created.token, environment: t.url, maxRetries: 0 })
  assert.ok((await client.subscriptionTypes.list()).data?.some((type) => type.id === id))
  await client.contacts.attachSubscription({ contact_id, id, consent_type: 'opt_out' })
  const { data } = await client.contacts.listAttachedSubscriptions({ contact_id })
  assert.deepEqual(
    data?.map((type) => type.id),
    [id],
  )
  await client.contacts.detachSubscription({ contact_id, subscription_id: id })
  await assert.rejects(
    client.contacts.attachSubscription({ contact_id: NOBODY, id, consent_type: 'opt_out' }),
    (error) => error instanceof IntercomError && error.statusCode === 404,
  )
})
