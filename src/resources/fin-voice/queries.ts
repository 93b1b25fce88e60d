// The SQL of Fin Voice calls.
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { CallState } from '#resources/calls/progress.ts'
import type { TranscriptEntry } from '#resources/calls/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const SOURCES = ['aws_connect', 'five9', 'zoom_phone'] as const

export type NewFinVoiceCall = {
  external_call_id: string
  source: (typeof SOURCES)[number]
  /** E.164. */
  phone: string
  data: object | null
}

/** With the call that it was matched with; null if there is none yet. */
export type FinVoiceRow = {
  id: string
  external_call_id: string
  phone: string
  call_id: string | null
  state: CallState | null
  answered_at: Date | null
  admin_id: string | null
  conversation_id: string | null
  summary: string | null
  transcript: TranscriptEntry[] | null
}

const select = ({ sql, id }: Workspace, which: Fragment) => sql<FinVoiceRow[]>`
  select fin.id, fin.external_call_id, fin.phone, fin.call_id, calls.state, calls.answered_at, calls.admin_id,
    calls.conversation_id, calls.summary,
    case when calls.transcript_status = 'completed' then calls.transcript end as transcript
  from fin_voice_calls fin
  left join calls on calls.workspace_id = fin.workspace_id and calls.id = fin.call_id
  where fin.workspace_id = ${id} and ${which}`

/** Also a call that is not matched yet. */
export const findRegistered = (workspace: Workspace, id: string) =>
  one(select(workspace, workspace.sql`fin.id = ${rowId(id)}`)) as Promise<FinVoiceRow>

export const findMatchedById = (workspace: Workspace, id: string) =>
  one(select(workspace, workspace.sql`fin.id = ${rowId(id)} and fin.call_id is not null`))

export const findMatchedByExternalId = (workspace: Workspace, external_id: string) =>
  one(select(workspace, workspace.sql`fin.external_call_id = ${external_id} and fin.call_id is not null`))

/** Returns the newest of the number. */
export const findMatchedByPhone = (workspace: Workspace, phone: string) =>
  one(
    select(
      workspace,
      workspace.sql`fin.phone = ${phone} and fin.call_id is not null order by fin.created_at desc, fin.id desc limit 1`,
    ),
  )

/** Returns the newest calls of the conversation. */
export const listMatchedOf = (workspace: Workspace, conversation_id: string, limit: number) =>
  select(
    workspace,
    workspace.sql`calls.conversation_id = ${rowId(conversation_id)} order by fin.created_at desc, fin.id desc limit ${limit}`,
  )

/** Returns undefined if the external id is registered already. */
export const insertFinVoiceCall = (workspace: Workspace, { external_call_id, source, phone, data }: NewFinVoiceCall) =>
  one(workspace.sql<{ id: string }[]>`
    insert into fin_voice_calls (workspace_id, external_call_id, source, phone, data, created_at)
    values (${workspace.id}, ${external_call_id}, ${source}, ${phone},
      ${data && JSON.stringify(data)}::text::jsonb, ${workspace.now()})
    on conflict (workspace_id, external_call_id) do nothing
    returning id`)

/** A registration and a call of one number that come at once find each other. */
export const lockPhone = ({ sql, id }: Workspace, phone: string) => sql`
  select pg_advisory_xact_lock(hashtextextended(${`fin voice ${id} ${phone}`}, 0))`

/** How far apart a registration and the beginning of its call can be. */
const WITHIN = '5 minutes'

/**
 * Matches the oldest registration of a number that has no call with the oldest call near it that has no registration. Does
 * nothing if there is no such pair.
 */
export const matchPhone = ({ sql, id }: Workspace, phone: string) => sql`
  with pair as (
    select fin.id, calls.id as call_id
    from fin_voice_calls fin
    join calls on calls.workspace_id = ${id} and calls.phone = ${phone}
      and calls.initiated_at between fin.created_at - ${WITHIN}::interval and fin.created_at + ${WITHIN}::interval
    where fin.workspace_id = ${id} and fin.phone = ${phone} and fin.call_id is null
      and not exists (
        select from fin_voice_calls matched where matched.workspace_id = ${id} and matched.call_id = calls.id)
    order by fin.created_at, fin.id, calls.initiated_at, calls.id limit 1
  )
  update fin_voice_calls set call_id = pair.call_id from pair
  where fin_voice_calls.workspace_id = ${id} and fin_voice_calls.id = pair.id`
