// Webhooks: how fast the events of the log are sent, compared with bare undici; and what a listened event costs its cause.
import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import { alternate, perSecond, type Row, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { type Peer, startPeer } from './peer.ts'
import { postTo } from './search/people.ts'
import { idOf, type Measured, withServer } from './server.ts'

const CONTACTS = 500
/** What a process sends to one endpoint at once. */
const AT_ONCE = 20
const SECRET = 'a secret of the benchmark'
const LISTENED = 'conversation.admin.replied'

export async function measureWebhooks({ quick }: Size): Promise<Row[]> {
  const receiver = await startPeer('receiver.ts')
  try {
    return [await sending(receiver, quick ? 1_000 : 5_000), await cost(receiver, quick ? 2 : 4)]
  } finally {
    receiver.stop()
  }
}

const environment = { ALLOW_PRIVATE_ADDRESSES: '1' }

async function subscribe({ url, token }: Measured, to: string, topics: string[]): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ url: to, topics, secret: SECRET })
  const answer = await fetch(`${url}/extensions/webhook_subscriptions`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Events of `CONTACTS` objects, each with the snapshot of a contact. */
function sending(receiver: Peer, events: number): Promise<Row> {
  return withServer({ contacts: CONTACTS, environment }, async (server) => {
    const { url, token, sql, workspace } = server
    const contact = await (
      await fetch(`${url}/contacts/${idOf(0)}`, { headers: { authorization: `Bearer ${token}` } })
    ).json()
    await subscribe(server, receiver.url, ['contact.user.updated'])
    const { ours, theirs, ratio } = await alternate(
      3,
      () =>
        rate(receiver, events, () =>
          sql`
            insert into events (workspace_id, topic, object_type, object_id, snapshot, created_at)
            select ${workspace.workspace_id}, 'contact.user.updated', 'contact', 'c' || n % ${CONTACTS},
              ${JSON.stringify(contact)}::text::jsonb, now()
            from generate_series(1, ${events}::integer) n`.then(() => {}),
        ),
      () => rate(receiver, events, () => byUndici(receiver.url, events, contact as object)),
    )
    return {
      measure: 'webhooks of the events of 500 objects, from the log to a local receiver',
      against: `undici with the same bodies, signed, to the same receiver, ${AT_ONCE} at once`,
      ours: perSecond(ours),
      theirs: perSecond(theirs),
      ratio: ratio.toFixed(2),
      goal: '≥ 0.50',
      limit: 'a lease, an attempt with its answer and a settlement for each, durable; and the order of each object',
    }
  })
}

/** Webhooks per second, until the receiver has all. */
async function rate(receiver: Peer, count: number, send: () => Promise<unknown>): Promise<number> {
  const all = receiver.ask(count)
  const began = performance.now()
  await Promise.all([send(), all])
  return count / ((performance.now() - began) / 1000)
}

async function byUndici(url: string, count: number, item: object): Promise<void> {
  const pool = new Pool(new URL(url).origin, { connections: AT_ONCE })
  let next = 0
  const work = async () => {
    while (next++ < count) {
      const data = { type: 'notification_event_data', item }
      const body = JSON.stringify({ type: 'notification_event', id: `notif_${next}`, data })
      const signature = createHmac('sha1', SECRET).update(body).digest('hex')
      const headers = { 'content-type': 'application/json', 'x-hub-signature': `sha1=${signature}` }
      const answer = await pool.request({ path: '/', method: 'POST', headers, body })
      await answer.body.dump()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await pool.close()
}

/** The rate of replies that are listened to, and of those that are not: both write an event, one with a snapshot. */
function cost(receiver: Peer, rounds: number): Promise<Row> {
  return withServer({ contacts: CONTACTS, command: 'api', environment }, async (server) => {
    const { url, token, sql, workspace } = server
    const post = postTo(url)
    const ids: string[] = []
    for (let n = 0; n < CONTACTS; n++) {
      const from = { type: 'user', id: idOf(n) }
      ids.push(
        ((await post(token, '/conversations', { from, body: 'Hello' })) as unknown as { conversation_id: string })
          .conversation_id,
      )
    }
    await subscribe(server, receiver.url, [LISTENED])
    const answer = { message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'It leaves today.' }
    const replies = async (topics: string[]) => {
      await sql`update workspaces set listened_topics = ${topics} where id = ${workspace.workspace_id}`
      // A token is read again after three seconds.
      await new Promise((resolve) => setTimeout(resolve, 3_500))
      const request = (n: number) => wire('POST', `/conversations/${ids[n % ids.length]}/reply`, token, answer)
      return (await load({ url, connections: 64, request, seconds: 3 })).per_second
    }
    const { ours, theirs, ratio } = await alternate(
      rounds,
      () => replies([LISTENED]),
      () => replies([]),
    )
    return {
      measure: '`POST /conversations/{id}/reply` with a webhook subscription to it',
      against: 'the same without a subscription',
      ours: perSecond(ours),
      theirs: perSecond(theirs),
      ratio: ratio.toFixed(2),
      goal: '≥ 0.90',
      limit: 'the snapshot of the conversation for the event',
    }
  })
}
