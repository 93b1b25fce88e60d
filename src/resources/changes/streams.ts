// The streams of teammates: each says which objects of a workspace have changed, so that pages ask for what they show.
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { Gauge, register } from 'prom-client'
import type { Pool } from '#db/sql.ts'
import { type ChangePosition, type ChangeRow, readChanges, watchChanges } from '#events/changes.ts'
import { newestTransaction, openBefore } from '#events/read.ts'
import { eventText, type StreamLimits } from '#http/event-stream.ts'
import { epoch } from '#http/types.ts'
import { logStreams, type Watcher } from '#resources/events/log-streams.ts'

type Wanted = {
  workspace_id: string
  /** The last change that the reader received; undefined: only new ones. */
  after: ChangePosition | undefined
  /** Throws when the reader may no longer read. */
  check(): unknown
}

/** A reader waits this long at most for transactions that began before anybody watched. */
const WAIT_MS = 1_000
const LOOK_EVERY_MS = 10

const open_streams = new Gauge({
  name: 'interphone_change_streams',
  help: 'Pages of teammates that follow changes now.',
  registers: [register],
})

export function changeStreams(
  sql: Pool,
  log: Pick<FastifyBaseLogger, 'warn' | 'error'>,
  limits: Partial<StreamLimits> = {},
) {
  const streams = logStreams<ChangeRow, null>(sql, log, { read: readChanges, send, keep, open_streams }, limits)

  async function keep(workspaces: ReadonlySet<string>): Promise<void> {
    for (const workspace_id of workspaces) await watchChanges(sql, workspace_id)
  }

  return {
    /** @throws a 429 if too many streams are open. */
    async open({ workspace_id, after, check }: Wanted): Promise<Readable> {
      streams.assertBelowLimits(workspace_id)
      const began = await watchChanges(sql, workspace_id)
      if (began) await untilOthersEnded()
      const has_gap = began && after !== undefined
      return streams.open({ workspace_id, wants: null, after, check }, (position) => firstText(position, has_gap))
    },
    close: streams.close,
  }

  /** Transactions that were open when the watch began do not see it. */
  async function untilOthersEnded(): Promise<void> {
    const newest = await newestTransaction(sql)
    for (let waited = 0; waited < WAIT_MS && (await openBefore(sql, newest)); waited += LOOK_EVERY_MS)
      await sleep(LOOK_EVERY_MS)
  }
}

/**
 * An id without data: a browser keeps it, so that one that reconnects before the first change has a place to resume from. After
 * a gap, the reader is told to ask for everything again.
 */
const firstText = (position: ChangePosition, has_gap: boolean): string =>
  `id: ${position}\n${has_gap ? 'event: missed\ndata: {}\n' : ''}\n`

async function send(
  _workspace_id: string,
  rows: ChangeRow[],
  readers: readonly Watcher<null>[],
  sent: (row: ChangeRow) => void,
): Promise<void> {
  for (const row of rows) {
    const { topic, object_id: id, conversation_id, created_at, position } = row
    const data = { topic, id, conversation_id, at: epoch(created_at) }
    const text = eventText({ id: position, event: 'changed', data })
    for (const { stream } of readers) stream.send(text)
    sent(row)
  }
}
