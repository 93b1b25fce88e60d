// The token in the URL that an inbound-parse service posts mail to: it names the email account, and holds as long as that.
import { sign, verify } from '#lib/sign.ts'

const PURPOSE = 'mail in'

export type NamedAccount = { workspace_id: string; account_id: string }

export const inboundUrl = (
  { secret, public_url = '' }: { secret: string; public_url?: string },
  { workspace_id, account_id }: NamedAccount,
): string => `${public_url}/webhooks/email/inbound?token=${sign(secret, PURPOSE, `${workspace_id}.${account_id}`)}`

export function accountInToken(secret: string, token: string): NamedAccount | undefined {
  const [workspace_id, account_id] = verify(secret, PURPOSE, token)?.split('.') ?? []
  return workspace_id && account_id ? { workspace_id, account_id } : undefined
}
