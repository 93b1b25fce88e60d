// Opens what somebody sent by WhatsApp, at Meta, through the account that the workspace has just now.
import { metaAccount } from '#channels/whatsapp/account.ts'
import { fetchMedia, type Media, MediaUnavailable } from '#channels/whatsapp/media.ts'
import type { Pool } from '#db/sql.ts'
import { findAccount, unsealSecrets } from '#delivery/accounts.ts'

type AtMeta = { workspace_id: string; media_id: string }

/** @throws MediaUnavailable, also where there is no account that could be used: somebody may put that right. */
export async function openMedia(
  sql: Pool,
  secret: string,
  { workspace_id, media_id }: AtMeta,
  most_bytes: number,
): Promise<Media> {
  const row = await findAccount(sql, workspace_id, 'whatsapp')
  if (!row) throw new MediaUnavailable('The workspace has no WhatsApp account any more', { passing: true })
  return fetchMedia(
    accountOf(row.settings, () => unsealSecrets(secret, row.secrets)),
    media_id,
    { most_bytes },
  )
}

function accountOf(settings: object, secrets: () => object) {
  try {
    return metaAccount(settings as never, secrets() as never)
  } catch (error) {
    throw new MediaUnavailable(`The WhatsApp account cannot be used. ${(error as Error).message}`, { passing: true })
  }
}
