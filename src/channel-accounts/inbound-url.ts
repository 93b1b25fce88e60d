// The signed URL that an inbound-parse service posts mail to. Its token names the email account, and is valid as long
// as the account exists.
import { sign, verify } from '#lib/sign.ts'

const PURPOSE = 'mail in'

export type NamedAccount = { workspace_id: string; account_id: string }

export const inboundUrl = (
  { secret, public_url = '' }: { secret: string; public_url?: string },
  { workspace_id, account_id }: NamedAccount,
): string => `${public_url}/webhooks/email/inbound?token=${sign(secret, PURPOSE, `${workspace_id}.${account_id}`)}`

/** Returns undefined if the signature is wrong. */
export function accountInToken(secret: string, token: string): NamedAccount | undefined {
  const [workspace_id, account_id] = verify(secret, PURPOSE, token)?.split('.') ?? []
  return workspace_id && account_id ? { workspace_id, account_id } : undefined
}
