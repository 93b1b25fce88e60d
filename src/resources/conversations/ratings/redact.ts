// Removes a remark whose part is redacted. The rating stays, and stays final.
import type { Change } from '#events/snapshots.ts'
import { paragraphs } from '#lib/html.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listRemarks, updateRemark } from './queries.ts'

const REDACTED = 'This message was deleted'

/** `body` is that of the part. */
export async function redactRemark(workspace: Workspace, conversation_id: string, body: string | null): Promise<void> {
  for (const { id, remark } of await listRemarks(workspace, conversation_id))
    if (paragraphs(remark) === body) await updateRemark(workspace, conversation_id, id, REDACTED)
}

/** Removes the remark from a stored conversation. */
export const withoutRemark =
  ({ sql }: Workspace): Change =>
  (stored) =>
    sql`
    case when ${stored} #>> '{conversation_rating,remark}' is null then ${stored}
      else jsonb_set(${stored}, '{conversation_rating,remark}', to_jsonb(${REDACTED}::text)) end`
