// Creates identity verification secrets, and reads their values.
import { randomBytes } from 'node:crypto'
import type { Static } from 'typebox'
import { unprocessable } from '#http/errors.ts'
import { seal, unseal } from '#lib/seal.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertSecret, listSealedSecrets, listSecrets } from './queries.ts'
import { type NewSecret, presentSecret, type SecretRequest } from './schema.ts'

const PURPOSE = 'secure mode secret'
const SECRET_BYTES = 32
/** Enough to rotate them on every platform. Every new session tries all of them. */
const MAX_SECRETS = 50

/** `key` is the server's secret key, which encrypts the stored value. */
export async function createSecret(
  workspace: Workspace,
  key: string,
  { name, supports_android = false, supports_ios = false, supports_web = false }: SecretRequest,
): Promise<Static<typeof NewSecret>> {
  if (!name?.trim()) throw unprocessable('parameter_invalid', 'name is required')
  if (!supports_android && !supports_ios && !supports_web)
    throw refused('One of supports_android, supports_ios and supports_web must be true')
  if ((await listSecrets(workspace)).length >= MAX_SECRETS)
    throw refused(`There are ${MAX_SECRETS} secrets already: delete one first`)
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const platforms = { supports_android, supports_ios, supports_web }
  const row = await insertSecret(workspace, { name: name.trim(), ...platforms, secret: seal(key, PURPOSE, secret) })
  await logActivity(workspace, {
    type: 'app_identity_verification_change',
    did: `created the identity verification secret ${row.name}`,
    metadata: { secret_id: row.id },
  })
  return { ...presentSecret(row), secret }
}

const refused = (message: string) => unprocessable('parameter_invalid', message)

/**
 * @throws Error if they were stored with another server's key: then no identity can be verified, and none is accepted.
 */
export async function readSecrets(workspace: Workspace, key: string): Promise<{ id: string; secret: string }[]> {
  return (await listSealedSecrets(workspace)).map(({ id, secret: sealed }) => {
    const secret = unseal(key, PURPOSE, sealed)
    if (secret === undefined)
      throw new Error('A secret cannot be read: it was stored with another INTERPHONE_SECRET_KEY')
    return { id, secret }
  })
}
