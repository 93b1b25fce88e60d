// PUT /conversations/{conversation_id}/conversation_parts/{id}: an integration says how it delivered a part, or that an
// admin has seen it. Besides the token, it proves that it knows a secret of the workspace.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { forbidden, found, invalid, missing } from '#http/errors.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { readSecrets } from '#resources/secure-mode-secrets/create.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findParts, type PartRow, updatePart } from './queries.ts'
import type { PartChanges } from './schema.ts'

type PartOfPath = { conversation_id: string; id: string }

/** `key` is the server's secret key. @throws a 403 without the proof, a 404 if the conversation has no such part */
export async function changePart(
  workspace: Workspace,
  key: string,
  part: PartOfPath,
  { experimental, secret, send_state, info_message, seen, admin_id }: PartChanges,
): Promise<PartRow> {
  if (experimental !== true || !(await isProof(workspace, key, part, secret))) throw forbidden('Forbidden request')
  if (send_state === undefined && seen === undefined) throw missing('send_state or seen is required')
  if (send_state !== undefined && info_message === undefined) throw missing('info_message is required')
  if (seen === false) throw invalid('seen must be true')
  if (seen && admin_id === undefined) throw missing('admin_id is required')
  const seen_by = seen && admin_id !== undefined ? (await theAdmin(workspace, admin_id)).id : undefined
  const { id } = found(
    await updatePart(workspace, part.conversation_id, part.id, {
      external_reply_send_state: send_state,
      external_reply_info_message: info_message,
      seen_by,
    }),
  )
  return found((await findParts(workspace, [id]))[0])
}

/** The proof is the HMAC-SHA256 of `conversation_id:id` in hexadecimal, with an identity verification secret. */
async function isProof(workspace: Workspace, key: string, { conversation_id, id }: PartOfPath, given: unknown) {
  if (typeof given !== 'string') return false
  const proof = Buffer.from(given.toLowerCase(), 'latin1')
  return (await readSecrets(workspace, key)).some(({ secret }) => {
    const expected = Buffer.from(
      createHmac('sha256', secret).update(`${conversation_id}:${id}`).digest('hex'),
      'latin1',
    )
    return expected.length === proof.length && timingSafeEqual(expected, proof)
  })
}
