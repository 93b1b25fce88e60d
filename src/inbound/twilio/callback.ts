// Reads a callback of Twilio, and finds the accounts whose token signed it.

import { type AccountRow, findAccountsByKey } from '#channel-accounts/rows.ts'
import { secretsOf } from '#channel-accounts/secrets.ts'
import { isSigned, type Params, type Signed } from '#channels/sms/signature.ts'
import type { Pool } from '#db/sql.ts'
import { forbidden } from '#http/errors.ts'

/** The signed request, and its parameters without characters that the database does not accept. */
export type Callback = { signed: Signed; params: Params }

/** `text` is the body as received: a form, or JSON if the URL contains its hash. */
export function readCallback({
  url,
  text,
  content_type = '',
  signature,
}: {
  url: string
  text: string
  content_type: string | undefined
  signature: unknown
}): Callback {
  const signed = content_type.includes('json') ? jsonParams(text) : formParams(text)
  const clean = [...signed].map(([name, values]) => [name, values.map((value) => value.replaceAll('\0', ''))] as const)
  return {
    signed: { url, text, params: signed, signature: typeof signature === 'string' ? signature : '' },
    params: new Map(clean),
  }
}

function formParams(text: string): Params {
  const params = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) params.set(name, [...(params.get(name) ?? []), value])
  return params
}

function jsonParams(text: string): Params {
  try {
    const entries = Object.entries(JSON.parse(text) ?? {})
    return new Map(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, [value]]] : [])))
  } catch {
    return new Map()
  }
}

/** Returns the first value of a parameter, or an empty text. */
export const param = ({ params }: Pick<Callback, 'params'>, name: string): string => params.get(name)?.[0] ?? ''

/**
 * Returns the accounts, in all workspaces, whose token signed the request: several if they share one Twilio account.
 * @throws ApiError 403 if there is none.
 */
export async function signersOf(sql: Pool, secret: string, callback: Callback): Promise<AccountRow[]> {
  if (!callback.signed.signature) throw forbidden('The X-Twilio-Signature header is missing')
  const known = await findAccountsByKey(sql, 'sms', param(callback, 'AccountSid'))
  const signers = known.filter((account) => hasSigned(account, secret, callback))
  if (!signers.length)
    throw forbidden('X-Twilio-Signature is not the signature of this request: is PUBLIC_URL what Twilio calls?')
  return signers
}

function hasSigned(account: AccountRow, secret: string, callback: Callback): boolean {
  const { auth_token } = secretsOf(secret, account)
  return account.provider === 'twilio' && typeof auth_token === 'string' && isSigned(auth_token, callback.signed)
}
