// Deletes files that a conversation no longer shows.
import { deleteAttachments } from '#resources/attachments/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listFilesInUse } from './redact-queries.ts'

/** Call it after the change. A file that something else in the conversation shows stays. */
export async function removeUnusedFiles(workspace: Workspace, conversation_id: string, file_ids: string[]) {
  if (!file_ids.length) return
  const in_use = await listFilesInUse(workspace, conversation_id, file_ids)
  await deleteAttachments(
    workspace,
    file_ids.filter((id) => !in_use.has(id)),
  )
}

export const fileIdsOf = (attachments: readonly { file_id?: string }[]): string[] =>
  attachments.flatMap(({ file_id }) => file_id ?? [])
