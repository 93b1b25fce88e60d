// POST /conversations/{id}/run_assignment_rules, which versions after 2.11 do not have.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'

const t = await testApp()
const { call, workspace } = t
const { admin_id } = t.created
const anna = await aContact(workspace)
const started = await call('POST /conversations', { from: { type: 'user', id: anna }, body: 'Help' })
const id: string = started.body.conversation_id
const run = (version?: string, of = id, as = call) =>
  as(`POST /conversations/${of}/run_assignment_rules`, undefined, version ? { version } : {})

test('is refused from 2.12 on, and for a conversation that does not exist or is of another workspace', async () => {
  for (const version of [undefined, '2.16', '2.14', '2.12']) {
    const { status, body } = await run(version)
    assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
  }
  const other = await t.another()
  for (const { status, body } of [
    await run('2.11', '999999'),
    await run('2.11', 'x'),
    await run('2.11', id, other.call),
  ])
    assert.deepEqual([status, body.errors[0].message], [404, 'Resource Not Found'])
  assert.deepEqual(await topicsOf(workspace, id), ['conversation.user.created'])
})

for (const version of ['2.7', '2.8', '2.10', '2.11'])
  test(`in ${version} leaves a part that assigns nobody, and the assignee stays`, async () => {
    const assign = { message_type: 'assignment', type: 'admin', admin_id, assignee_id: admin_id }
    await call(`POST /conversations/${id}/parts`, assign)
    const { status, body } = await run(version)
    assert.deepEqual([status, body.type, body.admin_assignee_id], [200, 'conversation', Number(admin_id)])
    const [part] = body.conversation_parts.conversation_parts
    assert.deepEqual([part.part_type, part.author.type, part.body], ['default_assignment', 'bot', null])
    assert.deepEqual(part.assigned_to, { type: 'nobody_admin', id: null })
    assert.equal((await topicsOf(workspace, id)).at(-1), 'conversation.admin.assigned')
  })
