// The SQL of the activity log. Entries are never changed.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ActivityType } from './types.ts'

export type ActivityRow = {
  id: string
  public_id: string
  activity_type: ActivityType
  description: string
  metadata: Record<string, unknown> | null
  admin_id: string
  admin_email: string
  ip: string | null
  created_at: Date
}

export type NewActivity = {
  type: ActivityType
  /** What the admin did, after the admin's name: `created the team Support`. */
  did: string
  metadata?: Record<string, unknown>
}

export const insertActivity = (workspace: Workspace, { type, did, metadata }: NewActivity) =>
  one(workspace.sql<ActivityRow[]>`
    insert into activity_logs (workspace_id, activity_type, description, metadata, admin_id, admin_email, ip, created_at)
    select ${workspace.id}, ${type}, name || ${` ${did}.`}, ${metadata ? JSON.stringify(metadata) : null}::text::jsonb, id,
      email, ${workspace.caller_ip}, ${workspace.now()}
    from admins where workspace_id = ${workspace.id} and id = ${workspace.admin_id}
    returning *`) as Promise<ActivityRow>

export type ActivityFilter = { after: Date; before: Date | undefined; types: ActivityType[] | undefined }

/** Returns a page of entries, newest first. */
export async function pageOfActivities(
  workspace: Workspace,
  page: Page,
  { after, before, types }: ActivityFilter,
): Promise<PageResult<ActivityRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'created_at')
  const condition = sql`created_at >= ${after}
    and ${before ? sql`created_at <= ${before}` : sql`true`}
    and ${types ? sql`activity_type = any(${types}::text[])` : sql`true`}`
  const rows = await sql<(ActivityRow & { cursor_value: string })[]>`
    select *, ${cursorValue(workspace, order)} from activity_logs
    where workspace_id = ${id} and ${condition} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [counted] = await sql<{ count: number }[]>`
      select count(*)::integer as count from activity_logs
      where workspace_id = ${id} and ${condition}`
    return counted!.count
  })
}
