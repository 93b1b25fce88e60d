// What Meta tells of a message that we sent, written down on its delivery.

import { readTracker } from '#channels/tracker.ts'
import { type MessageStatus, readStatus } from '#channels/whatsapp/status.ts'
import type { Pool } from '#db/sql.ts'
import { type Meant, report } from '#delivery/report.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { openWorkspace, workspaceTime } from '#workspaces/open.ts'

/** False where the news cannot be read. What it says of messages that are none of the workspace's is let go. */
export async function takeStatus(sql: Pool, secret: string, workspace_id: string, news: unknown): Promise<boolean> {
  const status = readStatus(news)
  if (status === undefined) return false
  if (status === 'ignored') return true
  const meant = meantBy(secret, workspace_id, status)
  if (meant)
    await report(
      sql,
      contactRecords,
      meant,
      status.update,
      workspaceTime(await openWorkspace(sql, workspace_id), status.at),
    )
  return true
}

/** Our own tracker names the delivery, even before its wamid is written down; without one the wamid does. */
function meantBy(secret: string, workspace_id: string, { tracker, wamid }: MessageStatus): Meant | undefined {
  const about = { workspace_id, channel: 'whatsapp' as const, provider_id: wamid }
  const tracked = tracker === undefined ? undefined : readTracker(secret, 'whatsapp delivery', tracker)
  if (!tracked) return about
  if (tracked.workspace_id !== workspace_id) return undefined
  return { ...about, delivery_id: tracked.delivery_id, attempt: tracked.attempt }
}
