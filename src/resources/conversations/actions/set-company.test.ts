// The company of a conversation: set, shown, removed; refusals, and versions before 2.15.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'

const t = await testApp()
const { call, workspace } = t

let id: string
let acme: string
beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  const contact = await aContact(workspace)
  id = (await call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Help' })).body.conversation_id
  acme = (await call('POST /companies', { company_id: 'acme', name: 'Acme', plan: 'Gold' })).body.id
})

const set = (company_id: unknown, options = {}) => call(`PUT /conversations/${id}`, { company_id }, options)
const shown = async (version?: string) =>
  (await call(`GET /conversations/${id}`, undefined, version ? { version } : {})).body.company
const events = async () => (await topicsOf(workspace, id)).slice(1)

test('a company that does not exist, is archived, or is of another workspace is refused', async () => {
  const other = await t.another()
  const theirs = (await other.call('POST /companies', { company_id: 'acme', name: 'Theirs' })).body.id
  const archived = (await call('POST /companies', { company_id: 'old', name: 'Old' })).body.id
  await call(`DELETE /companies/${archived}`)
  for (const unknown of ['acme', 'x', '', '0', theirs, archived]) {
    const { status, body } = await set(unknown)
    assert.deepEqual(
      [status, body.errors[0].code, body.errors[0].message],
      [404, 'company_not_found', 'Company Not Found'],
    )
  }
  for (const wrong of [true, [], {}]) assert.equal((await set(wrong)).status, 400)
  assert.deepEqual([await shown(), await events()], [null, []])
})

test('it is shown in full, in the answer, the list and the search', async () => {
  const { status, body } = await set(acme)
  assert.deepEqual([status, body.company.id, body.company.name, body.company.plan.name], [200, acme, 'Acme', 'Gold'])
  assert.equal(body.conversation_parts.total_count, 0)
  const query = { field: 'id', operator: '=', value: id }
  for (const answer of [await call('GET /conversations'), await call('POST /conversations/search', { query })])
    assert.equal(answer.body.conversations[0].company.id, acme)
  assert.deepEqual(await events(), ['conversation.company.updated'])
})

test('to set it again is no event; null removes it', async () => {
  for (const company_id of [acme, acme, null, null]) assert.equal((await set(company_id)).status, 200)
  assert.equal(await shown(), null)
  assert.deepEqual(await events(), Array(2).fill('conversation.company.updated'))
  await call(`PUT /conversations/${id}`, { read: true })
  assert.equal((await events()).length, 2)
})

test('versions before 2.15 set it, and do not show it', async () => {
  for (const version of ['2.14', '2.11', '2.8']) {
    const { body } = await set(acme, { version })
    assert.equal('company' in body, false, version)
  }
  for (const version of ['2.15', '2.16']) assert.equal((await shown(version)).id, acme)
})

test('an archived company is not shown any more', async () => {
  await set(acme)
  await call(`DELETE /companies/${acme}`)
  assert.equal(await shown(), null)
})
