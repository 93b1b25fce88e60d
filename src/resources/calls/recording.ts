// The recording of a call: a file in the storage of attachments. A new one replaces the one before.
import { found, invalid } from '#http/errors.ts'
import { deleteAttachment, type NewFile } from '#resources/attachments/queries.ts'
import { claimFile } from '#resources/attachments/store.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitCall } from './emit.ts'
import { type CallRow, lockCall, updateCall } from './queries.ts'

/** `file` is in the storage, and not yet claimed. */
export async function saveRecording(
  workspace: Workspace,
  id: string,
  file: NewFile,
  public_url: string,
): Promise<CallRow> {
  const call = found(await lockCall(workspace, id), 'Not Found')
  if (!/^(audio|video)\//.test(file.content_type))
    throw invalid('attachment_files.0.content_type must be that of a sound or a video')
  const { file_id } = await claimFile(workspace, file)
  const changed = await updateCall(workspace, call.id, { recording_file_id: file_id })
  if (call.recording_file_id) await deleteAttachment(workspace, call.recording_file_id)
  await emitCall(workspace, 'call.recording_available', changed, public_url)
  return changed
}
