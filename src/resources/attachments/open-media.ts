// Opens what somebody sent by WhatsApp, at Meta, through the account that the workspace has just now.
import { accountAtFault } from '#channels/at-fault.ts'
import { metaAccount } from '#channels/whatsapp/account.ts'
import { fetchMedia, type Media, MediaUnavailable } from '#channels/whatsapp/media.ts'
import type { Pool } from '#db/sql.ts'
import { findAccount, reachOfAccount, unsealSecrets } from '#delivery/accounts.ts'
import type { Reach } from '#net/reach.ts'

type Means = { sql: Pool; secret: string; reach?: Reach | undefined }
type AtMeta = { workspace_id: string; media_id: string }

/** @throws MediaUnavailable, also where there is no account that could be used: somebody may put that right. */
export async function openMedia(
  { sql, secret, reach }: Means,
  { workspace_id, media_id }: AtMeta,
  most_bytes: number,
): Promise<Media> {
  const row = await findAccount(sql, workspace_id, 'whatsapp')
  if (!row) throw new MediaUnavailable('The workspace has no WhatsApp account any more', { passing: true })
  const account = accountOf(row.settings, () => unsealSecrets(secret, row.secrets))
  return fetchMedia({ ...account, reach: reachOfAccount(row, reach) }, media_id, { most_bytes })
}

function accountOf(settings: object, secrets: () => object) {
  try {
    return metaAccount(settings as never, secrets() as never)
  } catch (error) {
    throw new MediaUnavailable(accountAtFault((error as Error).message), { passing: true })
  }
}
