// Encrypts the secrets of channel accounts, and decrypts them.
import { seal, unseal } from '#lib/seal.ts'
import type { AccountRow } from './rows.ts'

const PURPOSE = 'channel account'

/** Encrypts the secrets of an account with the server's secret key. */
export const sealSecrets = (secret: string, secrets: object): Buffer => seal(secret, PURPOSE, JSON.stringify(secrets))

/** @throws Error if they were encrypted with another secret key. */
export function unsealSecrets(secret: string, sealed: Uint8Array): Record<string, unknown> {
  const text = unseal(secret, PURPOSE, sealed)
  if (text === undefined)
    throw new Error('Its secrets cannot be read: they were stored with another INTERPHONE_SECRET_KEY')
  return JSON.parse(text)
}

/** Returns whether the secrets were encrypted with this secret key. */
export const canUnseal = (secret: string, sealed: Uint8Array): boolean => unseal(secret, PURPOSE, sealed) !== undefined

/** Returns the account's secrets, or an empty object if they cannot be read any more, so that they can be set again. */
export function secretsOf(secret: string, { secrets }: Pick<AccountRow, 'secrets'>): Record<string, unknown> {
  try {
    return unsealSecrets(secret, secrets)
  } catch {
    return {}
  }
}
