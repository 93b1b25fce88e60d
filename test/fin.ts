// A caller of Fin Agent in a test: it talks, lets the assistant think, and reads the events.
import { think } from '#resources/fin/think.ts'
import type { WorkerContext } from '#server.ts'
import { type CallOptions, NEARBY, SECRET, type TestApp } from './app.ts'

type Body = { conversation_id: string; [name: string]: unknown }

const silent = () => {}
const LOG = { warn: silent, error: silent, info: silent, debug: silent } as unknown as WorkerContext['log']

export function finCaller(t: TestApp, more: Pick<Partial<WorkerContext>, 'model'> = {}) {
  const context = { sql: t.database.sql, secret: SECRET, egress: NEARBY, public_url: '', log: LOG, ...more }
  let number = 0
  const caller = {
    context,
    newId: () => `ext-${++number}`,
    message: (body: string, timestamp?: string) => ({ author: 'user', body, ...(timestamp && { timestamp }) }),
    /** Returns once nothing waits for an answer. */
    think: (conversation_id: string) => think(context, { workspace_id: t.workspace.id, conversation_id }),
    /** `await talk('/fin/start', { conversation_id, message, user })`: the answer of the call, after the assistant has answered. */
    async talk(path: string, body: Body, options?: CallOptions) {
      const answer = await t.call(`POST ${path}`, { user: { id: 'user-1' }, ...body }, options)
      if (answer.status === 200) await caller.think(body.conversation_id)
      return answer
    },
    // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an event has
    async events(conversation_id: string): Promise<any[]> {
      const rows = await t.database.sql<{ event: object }[]>`
        select event from fin_events
        where workspace_id = ${t.workspace.id} and conversation_id = ${conversation_id} order by id`
      return rows.map(({ event }) => event)
    },
    /** `fin_replied replying`, `fin_status_updated complete`, … */
    async told(conversation_id: string): Promise<string[]> {
      const events = await caller.events(conversation_id)
      return events
        .filter(({ event_name }) => event_name !== 'fin_reply_chunk')
        .map(({ event_name, status }) => [event_name, status].filter(Boolean).join(' '))
    },
  }
  return caller
}
