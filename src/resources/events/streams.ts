// The realtime streams of events: each sends the events of one workspace, as they commit, to one reader.
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import { Gauge, register } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { type EventRow, type Position, readLogs } from '#events/read.ts'
import { eventText, type StreamLimits } from '#http/event-stream.ts'
import { epoch } from '#http/types.ts'
import type { Version } from '#versions/versions.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { itemOf, orShortItem } from './item.ts'
import { logStreams, type Watcher } from './log-streams.ts'
import { itemIn, topicIn } from './version.ts'

export type Wanted = {
  workspace: Workspace
  /** Undefined: all topics. */
  topics: ReadonlySet<string> | undefined
  /** The last event that the reader received; undefined: only new events. */
  after: Position | undefined
  /** Throws when the reader may no longer read, such as after its token was revoked. */
  check(): unknown
}

type Wants = { version: Version; topics: Wanted['topics'] }

const open_streams = new Gauge({
  name: 'interphone_event_streams',
  help: 'Readers of realtime events that are connected now.',
  registers: [register],
})

export function realtimeStreams(
  sql: Pool,
  log: Pick<FastifyBaseLogger, 'warn' | 'error'>,
  limits: Partial<StreamLimits> = {},
) {
  async function send(
    workspace_id: string,
    events: EventRow[],
    group: readonly Watcher<Wants>[],
    sent: (event: EventRow) => void,
  ): Promise<void> {
    const workspace = await openWorkspace(sql, workspace_id)
    for (const event of events) {
      const readers = group.filter(
        ({ wants }) => !wants.topics || wants.topics.has(topicIn(event.topic, wants.version)),
      )
      if (readers.length) await sendEvent(workspace, event, readers)
      sent(event)
    }
  }

  /** The item, and its text, are made once for each version. */
  async function sendEvent(workspace: Workspace, event: EventRow, readers: Watcher<Wants>[]): Promise<void> {
    const item = await orShortItem(event, log, () => itemOf(workspace, event))
    for (const [version, same] of Map.groupBy(readers, ({ wants }) => wants.version)) {
      const data = presentEvent(
        { ...event, topic: topicIn(event.topic, version) },
        await orShortItem(event, log, () => itemIn(event.topic, item, version)),
      )
      const text = eventText({ id: event.position, event: data.topic, data })
      for (const { stream } of same) stream.send(text)
    }
  }

  const streams = logStreams<EventRow, Wants>(sql, log, { read: readLogs, send, open_streams }, limits)
  return {
    /** @throws a 429 if too many streams are open. */
    open: ({ workspace, topics, after, check }: Wanted): Promise<Readable> =>
      streams.open({ workspace_id: workspace.id, wants: { version: workspace.version, topics }, after, check }),
    close: streams.close,
  }
}

/** As the notification of a webhook, without what is about its delivery. */
const presentEvent = ({ topic, created_at, position }: EventRow, item: object) => ({
  type: 'notification_event' as const,
  topic,
  id: position,
  created_at: epoch(created_at),
  data: { type: 'notification_event_data' as const, item },
})
