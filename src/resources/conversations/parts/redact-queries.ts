// The SQL that redacts a part of a conversation, or its first message, wherever the text is stored.
import { type Fragment, one, rowId, type Sql } from '#db/sql.ts'
import type { Change } from '#events/snapshots.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attributeValues } from '../fragments.ts'

/** What is shown instead of the text. */
export const REDACTED_BODY = '<p><i>This message was deleted</i></p>'

export type RedactablePart = {
  id: string
  part_type: string
  body: string | null
  attachments: Attachment[]
  redacted: boolean
}

export const findRedactablePart = ({ sql, id: workspace_id }: Workspace, conversation_id: string, id: string) =>
  one(sql<RedactablePart[]>`
    select id, part_type, body, attachments, redacted from conversation_parts
    where workspace_id = ${workspace_id} and conversation_id = ${conversation_id} and id = ${rowId(id)}`)

export const redactPart = ({ sql, id: workspace_id, now }: Workspace, id: string) => sql`
  update conversation_parts set body = ${REDACTED_BODY}, attachments = '[]', metadata = '{}', email_message_metadata = null,
    redacted = true, updated_at = ${now()}
  where workspace_id = ${workspace_id} and id = ${id}`

export const redactSource = ({ sql, id: workspace_id, now }: Workspace, id: string) => sql`
  update conversations set body = ${REDACTED_BODY}, attachments = '[]', email_message_metadata = null, redacted = true,
    updated_at = ${now()}
  where workspace_id = ${workspace_id} and id = ${id}`

/** Returns those of the files that something else in the conversation shows. Call it after the redaction. */
export const listFilesInUse = async (
  { sql, id: workspace_id }: Workspace,
  conversation_id: string,
  file_ids: string[],
): Promise<Set<string>> => {
  const isIn = (column: Fragment) => sql`${column} @> jsonb_build_array(jsonb_build_object('file_id', file_id))`
  const rows = await sql<{ file_id: string }[]>`
    select file_id from unnest(${file_ids}::text[]) file_id
    where exists (
      select from conversation_parts
      where workspace_id = ${workspace_id} and conversation_id = ${conversation_id} and ${isIn(sql`attachments`)})
    or exists (
      select from conversations
      where workspace_id = ${workspace_id} and id = ${conversation_id} and (${isIn(sql`attachments`)} or exists (
        select from (${attributeValues(sql)}) given
        where jsonb_typeof(given.value) = 'array' and ${isIn(sql`given.value`)})))`
  return new Set(rows.map(({ file_id }) => file_id))
}

const REDACTED_TEXT = 'This message was deleted'
const GONE = { body: REDACTED_BODY, attachments: [], redacted: true }

/** Webhooks have plain texts. */
const gone = (sql: Sql, stored: Fragment, more: object = {}): Fragment => sql`
  ${JSON.stringify({ ...GONE, ...more })}::text::jsonb || case when ${stored} ->> 'body' not like '<%'
    then jsonb_build_object('body', ${REDACTED_TEXT}::text) else '{}' end`

/** Removes the text of a part from a stored conversation. */
export const withoutPart =
  ({ sql }: Workspace, part_id: string): Change =>
  (stored) =>
    withoutOneOf(sql, stored, 'conversation_parts,conversation_parts', part_id, {
      metadata: {},
      email_message_metadata: null,
    })

/** Removes the text of a part from a stored ticket, alone or with its new part. */
export const withoutTicketPart =
  ({ sql }: Workspace, part_id: string): Change =>
  (stored) => {
    const lists = ['ticket_parts,ticket_parts', 'ticket,ticket_parts,ticket_parts']
    const listed = lists.reduce((changed, path) => withoutOneOf(sql, changed, path, part_id), stored)
    return sql`
    case when ${stored} #>> '{ticket_part,id}' is distinct from ${part_id}::text then ${listed} else
      jsonb_set(${listed}, '{ticket_part}', (${stored} -> 'ticket_part') || ${gone(sql, sql`(${stored} -> 'ticket_part')`)}) end`
  }

/** `path` is that of a list of parts; without such a list, nothing changes. */
const withoutOneOf = (sql: Sql, stored: Fragment, path: string, part_id: string, more: object = {}): Fragment => {
  const list = sql`${`{${path}}`}::text[]`
  return sql`
    case when ${stored} #> ${list} is null then ${stored} else
      jsonb_set(${stored}, ${list}, (
        select coalesce(jsonb_agg(
          case when part ->> 'id' = ${part_id} then part || ${gone(sql, sql`part`, more)} else part end
          order by position), '[]')
        from jsonb_array_elements(${stored} #> ${list}) with ordinality as one (part, position))) end`
}

/** Removes the text of the first message from a stored conversation. */
export const withoutSource =
  ({ sql }: Workspace): Change =>
  (stored) =>
    sql`
    case when ${stored} -> 'source' is null then ${stored} else
      jsonb_set(${stored}, '{source}', ((${stored} -> 'source') - 'email_message_metadata')
        || ${gone(sql, sql`(${stored} -> 'source')`)}) end`
