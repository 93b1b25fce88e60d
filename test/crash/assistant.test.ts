// A session of the assistant ends in one answer, although its server is killed -9 while the model writes.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import { eventually } from '../factories.ts'
import { endless, modelServer, streamed } from '../model-server.ts'
import { serverProcess } from '../server-process.ts'

const model = await modelServer(endless)
const server = await serverProcess({ environment: { ASSISTANT_URL: model.url, ASSISTANT_MODEL: 'small' } })
after(server.remove)

async function post(path: string, body: object) {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
  const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  assert.equal(answer.status, 200, path)
}

const TEXT = 'We refund an order within 30 days. The amount returns to the card that paid.'
const user = { id: 'anna' }
const message = (body: string) => ({ author: 'user', body })

test('a message that was waiting for the model when the server was killed is answered once', async () => {
  server.start()
  await server.ready()
  const sql = connect({ ...runningEmbedded(server.directory), max: 2 })
  after(() => sql.end({ timeout: 1 }))
  const [admin] = await sql<[{ id: string }]>`select id from admins where not is_bot order by id limit 1`
  await post('/articles', { title: 'Refunds', body: `<p>${TEXT}</p>`, author_id: admin.id, state: 'published' })
  const conversation_id = 'killed'
  await post('/fin/start', { conversation_id, user, message: message('When do you refund my order?') })
  await eventually(
    async () => model.asked.length,
    (asked) => asked === 1,
    30_000,
  )
  await server.kill()
  model.answer = streamed('We refund an order within 30 days.')
  server.start()
  await server.ready()
  const replies = () => sql<{ message: string }[]>`
    select event #>> '{message,body}' as message from fin_events where event ->> 'event_name' = 'fin_replied' order by id`
  const [answered] = await eventually(replies, ({ length }) => length > 0, 60_000)
  assert.match(answered?.message ?? '', /within 30 days/)
  assert.equal(model.asked.length, 2)
  await post('/fin/reply', { conversation_id, user, message: message('Which card gets the amount?') })
  const both = await eventually(replies, ({ length }) => length > 1, 60_000)
  assert.equal(both.length, 2)
  assert.equal((await sql`select from fin_messages where is_waiting`).count, 0)
})
