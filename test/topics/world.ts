// A workspace in which each topic is caused through the API, and what its subscriptions capture.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { RESOURCES } from '#resources/index.ts'
import { sendWebhooks } from '#resources/webhooks/send/work.ts'
import { type Answer, NEARBY, SECRET, testApp } from '../app.ts'
import { captureAll } from '../capture.ts'
import { eventually } from '../factories.ts'
import { startJobs } from '../jobs.ts'

export type Item = Record<string, unknown>
/** A notification that was captured: its topic, and its item. */
export type Notified = { topic: string; item: Item }

const VERSIONS = ['Preview', '2.14'] as const
export type Version = (typeof VERSIONS)[number]

export type World = Awaited<ReturnType<typeof topicWorld>>

/** All topics that something here can cause. */
export const ALL_TOPICS = RESOURCES.flatMap(({ events }) => Object.keys(events?.topics ?? {})).sort()

export async function topicWorld() {
  const t = await testApp({ public_url: 'https://api.example.com' })
  const { sql } = t.database
  const log = { warn() {}, error: (about: object) => assert.fail(JSON.stringify(about)) } as never
  after(sendWebhooks({ sql, secret: SECRET, egress: NEARBY, log }))
  startJobs(sql)
  await captureAll(sql, { after })

  const subscriptions: Record<string, string> = {}
  for (const version of VERSIONS) {
    const { body } = await t.call('POST /extensions/webhook_subscriptions', { url: null, topics: ALL_TOPICS, version })
    subscriptions[version] = body.id
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
  const ask = async (route: string, body?: object, options: object = {}): Promise<any> => {
    const answer: Answer = await t.call(route, body, options)
    assert.ok(answer.status < 300, `${route}: ${answer.status} ${answer.text}`)
    return answer.body
  }

  let n = 0
  return {
    ...t,
    ask,
    admin_id: t.created.admin_id,
    unique: (name: string) => `${name}-${++n}`,
    /** A signed-in messenger, with its token. */
    messenger: (who: object) =>
      ask('POST /extensions/messenger/sessions', { app_id: t.created.id, ...who }, { token: null }),
    /** Waits until the answers in a conversation are with the messenger of its contact. */
    sent: (conversation_id: string) =>
      eventually(
        () => sql`select from deliveries where conversation_id = ${conversation_id} and status = 'queued'`,
        ({ count }) => count === 0,
      ),
    async counts(): Promise<{ events: number; notifications: number; ids: number }> {
      const [row] = await sql<[{ events: number; notifications: number; ids: number }]>`
        select (select count(*)::integer from events where workspace_id = ${t.created.id}) as events,
          count(*)::integer as notifications, count(distinct notification_id)::integer as ids
        from webhook_notifications where workspace_id = ${t.created.id}`
      return row
    },
    async lastEvent(): Promise<string> {
      const [row] = await sql<[{ id: string }]>`
        select coalesce(max(id), 0) as id from events where workspace_id = ${t.created.id}`
      return row.id
    },
    /** Waits until there are so many events after one. */
    happened: (after: string, count: number) =>
      eventually(
        () => sql`select from events where workspace_id = ${t.created.id} and id > ${after}`,
        (events) => events.count >= count,
      ),
    /** Waits until every event was notified to every subscription. */
    allNotified: () =>
      eventually(
        () => sql`
          select from webhook_subscriptions subscriptions where exists (
            select from events where workspace_id = ${t.created.id} and not exists (
              select from webhook_notifications
              where workspace_id = ${t.created.id} and subscription_id = subscriptions.id
                and split_part(event_position, '.', 2)::bigint = events.id))`,
        ({ count }) => count === 0,
      ),
    /** Returns the notifications of the events after one up to another, in a version, in the order of their topics' names. */
    notified: (after: string, until: string, version: Version) => sql<Notified[]>`
      select notifications.topic, item from webhook_notifications notifications
      where workspace_id = ${t.created.id} and subscription_id = ${subscriptions[version]!}
        and split_part(event_position, '.', 2)::bigint > ${after}
        and split_part(event_position, '.', 2)::bigint <= ${until}
      order by notifications.topic`,
  }
}
