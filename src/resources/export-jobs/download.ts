// Answers with the file of an export that is complete, or with a part of it.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Files } from '#files/files.ts'
import { found } from '#http/errors.ts'
import { findFile } from '#resources/attachments/queries.ts'
import { sendFile } from '#resources/attachments/send-file.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ExportRow } from './queries.ts'

export const ByJobIdentifier = Type.Object({ job_identifier: Type.String() })

export const FileBytes = Type.String({
  contentMediaType: 'application/octet-stream',
  description: 'The file; a part of it for `Range`.',
})

/** @throws a 404 with the message if the export has no file; a 416 */
export async function sendExport(
  { workspace, headers }: { workspace: Workspace; headers: FastifyRequest['headers'] },
  reply: FastifyReply,
  files: Files,
  { job, missing }: { job: ExportRow | undefined; missing: string },
): Promise<string> {
  const file_id = found(job?.file_id, missing)
  const file = found(await findFile(workspace.sql, workspace.id, file_id), missing)
  const described = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${file.name}"`,
    'cache-control': 'private, no-store',
  }
  return sendFile({ headers, reply }, file, described, async (slice) =>
    found(await files.read(String(file.key), slice), missing),
  )
}

/** Returns the two properties of a job that say where its file is, until when. Empty without a file. */
export const whereToDownload = ({ file_id, expires_at }: ExportRow, url: string) => ({
  download_expires_at: file_id && expires_at ? String(Math.floor(expires_at.getTime() / 1000)) : '',
  download_url: file_id ? url : '',
})
