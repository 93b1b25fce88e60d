// A reader of the log that handles each event once: the effects of an event and the new position are one transaction.
import type { Pool, Sql } from '#db/sql.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type EventRow, endOfEvents, type Position, readEvents } from './read.ts'

export type LogReader = {
  /** Unique: `workflows`. */
  name: string
  /** Another reader: where the workspace has it, an event is read only after that one has handled it. */
  after?: string
  /** Whether the reader does something with an event of this topic. */
  handles(topic: string): boolean
  /** Runs in the transaction that moves the position. */
  handle(workspace: Workspace, event: EventRow): Promise<void>
}

/** `until`: the last event that may be read; null: no limit. */
type Behind = { workspace_id: string; position: Position; until: Position | null }

const positionIn = (sql: Sql, column: string) => sql`
  (split_part(${sql(column)}, '.', 1)::xid8, split_part(${sql(column)}, '.', 2)::bigint)`

const BATCH = 200

/** The reader gets the events of the workspace from now on; one that reads them already stays where it is. */
export async function startReading({ sql, id }: Workspace, name: string): Promise<void> {
  await sql`
    insert into log_readers (workspace_id, name, position) values (${id}, ${name}, ${await endOfEvents(sql)})
    on conflict do nothing`
}

/** The reader gets no more events of the workspace. */
export const stopReading = ({ sql, id }: Workspace, name: string) => sql`
  delete from log_readers where workspace_id = ${id} and name = ${name}`

/** Returns the workspaces with events that the reader has not read. */
export const listBehind = (sql: Sql, { name, after }: Pick<LogReader, 'name' | 'after'>) => sql<Behind[]>`
  select readers.workspace_id, readers.position, first.position as until
  from log_readers readers
  left join log_readers first on first.workspace_id = readers.workspace_id and first.name = ${after ?? null}
  where readers.name = ${name} and exists (
    select from events
    where events.workspace_id = readers.workspace_id
      and (transaction_id, events.id) > ${positionIn(sql, 'readers.position')}
      and (first.position is null or (transaction_id, events.id) <= ${positionIn(sql, 'first.position')})
      and transaction_id < pg_snapshot_xmin(pg_current_snapshot()))`

/**
 * Handles the next events of a workspace, each in a transaction of its own. Returns whether there may be more; false also if
 * another process reads. `onError` decides what happens after an error: true skips the event.
 */
export async function readOn(
  workspace: Workspace & { sql: Pool },
  { position: start, until }: Behind,
  { name, handles, handle }: LogReader,
  onError: (error: unknown, event: EventRow) => boolean,
): Promise<boolean> {
  const read = await readEvents(workspace.sql, workspace.id, start, BATCH)
  const events = until === null ? read : read.filter(({ position }) => !isLater(position, until))
  let position = start
  const move = (workspace: Workspace, to: Position) => movePosition(workspace, name, position, to)
  for (const event of events.filter(({ topic }) => handles(topic))) {
    try {
      const moved = await atomically(workspace, async (workspace) => {
        if (!(await move(workspace, event.position))) return false
        await handle(workspace, event)
        return true
      })
      if (!moved) return false
    } catch (error) {
      if (!onError(error, event) || !(await move(workspace, event.position))) return false
    }
    position = event.position
  }
  const last = events.at(-1)
  if (last && last.position !== position && !(await move(workspace, last.position))) return false
  return events.length === BATCH
}

function isLater(one: Position, other: Position): boolean {
  const [[transaction = '', id = ''], [other_transaction = '', other_id = '']] = [one.split('.'), other.split('.')]
  const is_same = transaction === other_transaction
  return is_same ? BigInt(id) > BigInt(other_id) : BigInt(transaction) > BigInt(other_transaction)
}

/** Returns whether it moved: not if another process did so first. The row is locked until the transaction ends. */
const movePosition = async ({ sql, id }: Workspace, name: string, from: Position, to: Position): Promise<boolean> => {
  const { count } = await sql`
    update log_readers set position = ${to} where workspace_id = ${id} and name = ${name} and position = ${from}`
  return count > 0
}
