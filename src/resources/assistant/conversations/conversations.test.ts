// The assistant in conversations: when it keeps quiet, what it answers, and that it answers once and hands over.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { readAll } from '#events/follow.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import type { WorkerContext } from '#server.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../../../test/app.ts'
import { allReadable } from '../../../../test/events.ts'
import { eventually } from '../../../../test/factories.ts'
import { startJobs } from '../../../../test/jobs.ts'
import { publishManual } from '../../../../test/knowledge/manual.ts'
import { workflowReader } from '../../workflows/runs/follow.ts'
import { answerConversation } from './answer-conversation.ts'
import { conversationReader, followConversations } from './follow.ts'
import { handToAssistant } from './request-answer.ts'

const t = await testApp()
await publishManual(t.call, t.created.admin_id)
const { sql } = t.database
const silent = () => {}
const log = { warn: silent, error: silent } as unknown as WorkerContext['log']
const PUNCTURE = 'Who pays for a puncture?'
const settings = (body: object) => t.call('PUT /extensions/assistant/settings', body)
const answerTo = (conversation_id: string, message = '0') =>
  answerConversation(
    { sql, public_url: '', log, model: undefined },
    { workspace_id: t.workspace.id, conversation_id, message },
  )

let n = 0
const begin = async (body: string) => {
  const { body: contact } = await t.call('POST /contacts', { external_id: `c${++n}`, email: `c${n}@example.com` })
  const started = await t.call('POST /conversations', { from: { type: 'user', id: contact.id }, body })
  return { id: started.body.conversation_id as string, contact: contact.id as string }
}
const show = async (id: string, version?: string) =>
  (await t.call(`GET /conversations/${id}`, undefined, version ? { version } : {})).body
const parts = async (id: string): Promise<{ id: string; author: { type: string }; body: string | null }[]> =>
  (await show(id)).conversation_parts.conversation_parts
const said = async (id: string) =>
  (await parts(id)).filter(({ author }) => author.type === 'bot').map(({ body }) => body!)
const write = async ({ id, contact }: { id: string; contact: string }, body: string) => {
  await t.call(`POST /conversations/${id}/reply`, {
    ...{ message_type: 'comment', type: 'user', intercom_user_id: contact, body },
  })
  return (await parts(id)).findLast(({ author }) => author.type === 'user')!.id
}

test('settings that cannot be are refused', async () => {
  for (const body of [{ channels: ['pigeon'] }, { is_enabled: 'yes' }])
    assert.equal((await settings(body)).status, 400, JSON.stringify(body))
  assert.equal((await settings({ audience_ids: [999_999] })).status, 404)
  assert.equal((await t.call('GET /extensions/assistant/settings', undefined, { token: null })).status, 401)
})

test('it keeps quiet where it is switched off', async () => {
  const { id } = await begin(PUNCTURE)
  await answerTo(id)
  assert.deepEqual(await said(id), [])
  const { ai_agent, ai_agent_participated } = await show(id)
  assert.deepEqual([ai_agent, ai_agent_participated], [null, false])
})

test('it keeps quiet on another channel, and for contacts of another audience', async () => {
  await settings({ is_enabled: true, channels: ['email'] })
  const { id } = await begin(PUNCTURE)
  await answerTo(id)
  const { body: audience } = await t.call('POST /audiences', {
    ...{
      name: 'Others',
      predicates: [{ attribute: 'email', comparison: 'eq', type: 'string', value: 'other@example.com' }],
    },
  })
  if (audience.id) {
    await settings({ channels: ['inapp'], audience_ids: [Number(audience.id)] })
    await answerTo(id)
  }
  assert.deepEqual(await said(id), [])
  await settings({ channels: ['inapp', 'email'], audience_ids: [] })
})

test('it keeps quiet after an admin replied or was assigned, and where it did not begin', async () => {
  const replied = await begin(PUNCTURE)
  await t.call(`POST /conversations/${replied.id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: t.created.admin_id, body: 'I am here' },
  })
  const assigned = await begin(PUNCTURE)
  await t.call(`POST /conversations/${assigned.id}/parts`, {
    ...{ message_type: 'assignment', type: 'admin', admin_id: t.created.admin_id, assignee_id: t.created.admin_id },
  })
  const later = await begin('Hello')
  const part = await write(later, PUNCTURE)
  await Promise.all([answerTo(replied.id), answerTo(assigned.id), answerTo(later.id, part)])
  for (const { id } of [replied, assigned, later]) assert.equal((await show(id)).ai_agent, null)
})

test('several workers that answer one message answer it once, with its sources, and go on', async () => {
  const conversation = await begin(PUNCTURE)
  await Promise.all([1, 2, 3].map(() => answerTo(conversation.id)))
  await answerTo(conversation.id)
  const [first, ...others] = await said(conversation.id)
  assert.match(first!, /A puncture costs you nothing/)
  assert.deepEqual(others, [])
  const { ai_agent, ai_agent_participated } = await show(conversation.id)
  assert.equal(ai_agent_participated, true)
  assert.deepEqual(
    [ai_agent.source_type, ai_agent.last_answer_type, ai_agent.resolution_state, ai_agent.content_sources.total_count],
    ['profile', 'ai_answer', 'assumed_resolution', 1],
  )
  assert.equal(ai_agent.content_sources.content_sources[0].title, 'Punctures')
  await answerTo(conversation.id, await write(conversation, 'Is the workshop open on Saturdays?'))
  assert.equal((await said(conversation.id)).length, 2)
  await answerTo(conversation.id, await write(conversation, 'Thanks!'))
  assert.equal((await show(conversation.id)).ai_agent.resolution_state, 'confirmed_resolution')
  const [statistics] = await sql`
    select sum(fin_involvements)::int as involved, sum(fin_resolutions)::int as resolved from article_statistics`
  assert.deepEqual({ ...statistics }, { involved: 2, resolved: 2 })
  for (const [query, count] of [
    [{ field: 'ai_agent_participated', operator: '=', value: true }, 1],
    [{ field: 'ai_agent.resolution_state', operator: '=', value: 'confirmed_resolution' }, 1],
    [{ field: 'ai_agent.resolution_state', operator: '=', value: 'escalated' }, 0],
  ] as const)
    assert.equal((await t.call('POST /conversations/search', { query })).body.total_count, count, JSON.stringify(query))
})

test('it hands over what nothing answers, and who asks for a person: open, not assigned, and quiet from then on', async () => {
  for (const text of ['What is the capital of Australia?', 'Can I talk to a human?']) {
    const conversation = await begin(text)
    await answerTo(conversation.id)
    await answerTo(conversation.id, await write(conversation, PUNCTURE))
    assert.equal((await said(conversation.id)).length, 1)
    const { ai_agent, state, admin_assignee_id, waiting_since } = await show(conversation.id)
    assert.deepEqual([ai_agent.resolution_state, state, admin_assignee_id], ['escalated', 'open', 0])
    assert.ok(waiting_since, 'the contact waits for the team')
    assert.equal((await show(conversation.id, '2.14')).ai_agent.resolution_state, 'routed_to_team')
  }
})

test('where a workflow replies to the first message, the assistant keeps quiet, whichever comes first', async () => {
  await settings({ is_enabled: true })
  const workflow = { title: 'Hello', state: 'live', trigger: { type: 'inbound_conversation' } }
  const { body: made, text } = await t.call('POST /extensions/workflows', {
    ...{ ...workflow, steps: [{ type: 'reply', body: 'We write back soon' }] },
  })
  assert.ok(made.id, text)
  const conversation = await begin(PUNCTURE)
  await allReadable(sql)
  await readAll({ sql, log }, conversationReader)
  const asked = async () =>
    (await sql`select from graphile_worker.jobs where task_identifier = 'assistant:answer'`).count
  const before = await asked()
  await readAll({ sql, log }, workflowReader)
  await readAll({ sql, log }, conversationReader)
  assert.equal(await asked(), before + 1, 'it waits for the workflow')
  await answerTo(conversation.id)
  await answerTo(conversation.id, await write(conversation, PUNCTURE))
  assert.deepEqual(await said(conversation.id), ['<p>We write back soon</p>'])
  assert.equal((await show(conversation.id)).ai_agent, null)
  const { body: tag } = await t.call('POST /tags', { name: 'New' })
  await t.call(`PUT /extensions/workflows/${made.id}`, { steps: [{ type: 'tag', tag_id: tag.id }] })
  const other = await begin(PUNCTURE)
  await allReadable(sql)
  for (const reader of [workflowReader, conversationReader]) await readAll({ sql, log }, reader)
  await answerTo(other.id)
  const answers = (await said(other.id)).filter((body) => body !== null)
  assert.match(answers[0]!, /A puncture costs you nothing/)
  await t.call(`DELETE /extensions/workflows/${made.id}`)
})

test('a conversation that is handed to it is answered also where it is switched off', async () => {
  await settings({ is_enabled: false })
  const conversation = await begin('Hello')
  const part = await write(conversation, PUNCTURE)
  await atomically(t.workspace, async (workspace) =>
    handToAssistant(workspace, (await lockConversation(workspace, conversation.id))!, { title: 'Night shift' }),
  )
  await answerTo(conversation.id, part)
  assert.match((await said(conversation.id))[0]!, /A puncture costs you nothing/)
  const { source_type, source_title } = (await show(conversation.id)).ai_agent
  assert.deepEqual([source_type, source_title], ['workflow', 'Night shift'])
})

test('workers follow the messages of contacts', async () => {
  startJobs(sql)
  after(followConversations({ sql, log }))
  await settings({ is_enabled: true })
  const { id } = await begin(PUNCTURE)
  await eventually(
    () => said(id),
    (all) => all.length === 1,
  )
})
