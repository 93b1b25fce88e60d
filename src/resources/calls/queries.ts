// The SQL of calls.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Progress } from './progress.ts'

/** `time`: seconds since the beginning of the call. */
export type TranscriptEntry = { time: number; speaker: string; text: string }

export type NewCall = Progress & {
  conversation_id: string | null
  admin_id: string | null
  contact_id: string | null
  call_type: string
  direction: 'inbound' | 'outbound'
  /** E.164. */
  phone: string | null
  talk_time: number | null
  queue_time: number | null
  hold_time: number | null
  /** HTML that is safe to show. */
  summary: string | null
  fin_call_id: string | null
}

export type CallRow = NewCall & {
  id: string
  summary_part_id: string | null
  recording_file_id: string | null
  transcript_status: 'in_progress' | 'completed' | null
  /** Of the call of the AI agent. */
  fin_has_recording: boolean | null
  fin_has_transcript: boolean | null
  created_at: Date
  updated_at: Date
}

/** Everything but the transcript, which can be long. */
const columns = ({ sql, id }: Workspace) => sql`
  id, conversation_id, admin_id, contact_id, state, call_type, direction, phone, initiated_at, answered_at, ended_at,
  ended_reason, talk_time, queue_time, hold_time, summary, summary_part_id, recording_file_id, transcript_status,
  fin_call_id, created_at, updated_at,
  (select fin.recording_file_id is not null from calls fin
    where fin.workspace_id = ${id} and fin.id = calls.fin_call_id) as fin_has_recording,
  (select fin.transcript_status is not distinct from 'completed' from calls fin
    where fin.workspace_id = ${id} and fin.id = calls.fin_call_id) as fin_has_transcript`

export const findCall = (workspace: Workspace, id: string) =>
  one(workspace.sql<CallRow[]>`
    select ${columns(workspace)} from calls where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the call until the transaction ends. */
export const lockCall = (workspace: Workspace, id: string) =>
  one(workspace.sql<CallRow[]>`
    select ${columns(workspace)} from calls where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Returns a page of calls, newest first. A walk by cursors counts them once: the cursor has the total. */
export async function pageOfCalls(workspace: Workspace, page: Page): Promise<PageResult<CallRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'created_at')
  const rows = await sql<(CallRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from calls
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  const carried = page.after?.total?.of === COUNTED ? page.after.total.count : undefined
  const result = await pageResult(rows, page, async () => carried ?? countCalls(workspace))
  const { next, total_count: count } = result
  return { ...result, next: next && { ...next, total: { count, of: COUNTED } } }
}

const COUNTED = 'calls'

async function countCalls({ sql, id }: Workspace): Promise<number> {
  const [counted] = await sql<{ count: number }[]>`
    select count(*)::integer as count from calls where workspace_id = ${id}`
  return counted!.count
}

export type CallWithTranscript = CallRow & { transcript: TranscriptEntry[] }

/** Returns the newest calls of the conversations, with their transcripts as far as they are completed. */
export const listCallsOf = (workspace: Workspace, conversation_ids: string[], limit: number) =>
  workspace.sql<CallWithTranscript[]>`
    select ${columns(workspace)},
      case when transcript_status = 'completed' then transcript else '[]' end as transcript
    from calls
    where workspace_id = ${workspace.id}
      and conversation_id = any(${conversation_ids.flatMap((id) => rowId(id) ?? [])}::text[]::bigint[])
    order by created_at desc, id desc limit ${limit}`

/** Returns undefined if there is no such call, or no transcript yet. */
export const findTranscript = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ transcript: TranscriptEntry[]; at: Date }[]>`
    select transcript, coalesce(ended_at, updated_at) as at from calls
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and transcript_status = 'completed'`)

export const insertCall = (workspace: Workspace, call: NewCall) =>
  one(workspace.sql<CallRow[]>`
    insert into calls ${workspace.sql({
      ...{ workspace_id: workspace.id, ...call },
      ...{ created_at: workspace.now(), updated_at: workspace.now() },
    })}
    returning ${columns(workspace)}`) as Promise<CallRow>

type Changes = Partial<NewCall & Pick<CallRow, 'summary_part_id' | 'recording_file_id'>>

export const updateCall = (workspace: Workspace, id: string, changes: Changes) =>
  one(workspace.sql<CallRow[]>`
    update calls set ${workspace.sql({ ...changes, updated_at: workspace.now() })}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<CallRow>

export const saveTranscript = (
  workspace: Workspace,
  id: string,
  { transcript, status }: { transcript: TranscriptEntry[]; status: 'in_progress' | 'completed' },
) =>
  one(workspace.sql<CallRow[]>`
    update calls set transcript = ${JSON.stringify(transcript)}::text::jsonb, transcript_status = ${status},
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<CallRow>

/** Gives the calls of one contact to another one. */
export const moveCalls = (workspace: Workspace, from: string, into: string) => workspace.sql`
  update calls set contact_id = ${into} where workspace_id = ${workspace.id} and contact_id = ${from}`
