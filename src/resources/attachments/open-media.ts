// Opens a file that a contact sent by WhatsApp, at Meta, with the current account of the workspace.

import { egressOfAccount, findAccount } from '#channel-accounts/rows.ts'
import { unsealSecrets } from '#channel-accounts/secrets.ts'
import { accountError } from '#channels/account-errors.ts'
import { metaAccount } from '#channels/whatsapp/account.ts'
import { fetchMedia, type Media, MediaUnavailable } from '#channels/whatsapp/media.ts'
import type { Pool } from '#db/sql.ts'
import type { EgressPolicy } from '#net/egress.ts'

type Options = { sql: Pool; secret: string; egress?: EgressPolicy | undefined }
type MetaFile = { workspace_id: string; media_id: string }

/** @throws MediaUnavailable, also without a usable account, because the account can be fixed. */
export async function openMedia(
  { sql, secret, egress }: Options,
  { workspace_id, media_id }: MetaFile,
  max_bytes: number,
): Promise<Media> {
  const row = await findAccount(sql, workspace_id, 'whatsapp')
  if (!row) throw new MediaUnavailable('The workspace has no WhatsApp account any more', { is_transient: true })
  const account = accountOf(row.settings, () => unsealSecrets(secret, row.secrets))
  return fetchMedia({ ...account, egress: egressOfAccount(row, egress) }, media_id, { max_bytes })
}

function accountOf(settings: object, secrets: () => object) {
  try {
    return metaAccount(settings as never, secrets() as never)
  } catch (error) {
    throw new MediaUnavailable(accountError((error as Error).message), { is_transient: true })
  }
}
