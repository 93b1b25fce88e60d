// Makes an identity verification secret, and reads those that there are.
import { randomBytes } from 'node:crypto'
import type { Static } from 'typebox'
import { unprocessable } from '#http/errors.ts'
import { seal, unseal } from '#lib/seal.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertSecret, listSealedSecrets, listSecrets } from './queries.ts'
import { type NewSecret, presentSecret, type SecretRequest } from './schema.ts'

const PURPOSE = 'secure mode secret'
const SECRET_BYTES = 32
/** Enough to rotate them on every platform; each one is tried on whoever signs in. */
const MOST = 50

/** `key` is the server's own, with which the value is kept encrypted. */
export async function createSecret(
  workspace: Workspace,
  key: string,
  { name, supports_android = false, supports_ios = false, supports_web = false }: SecretRequest,
): Promise<Static<typeof NewSecret>> {
  if (!name?.trim()) throw unprocessable('parameter_invalid', 'name is required')
  if (!supports_android && !supports_ios && !supports_web)
    throw refused('One of supports_android, supports_ios and supports_web must be true')
  if ((await listSecrets(workspace)).length >= MOST)
    throw refused(`There are ${MOST} secrets already: delete one first`)
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  const platforms = { supports_android, supports_ios, supports_web }
  const row = await insertSecret(workspace, { name: name.trim(), ...platforms, secret: seal(key, PURPOSE, secret) })
  return { ...presentSecret(row), secret }
}

const refused = (message: string) => unprocessable('parameter_invalid', message)

/** @throws Error where they were kept with another server's key: nobody could be recognized, and nobody must be. */
export async function readSecrets(workspace: Workspace, key: string): Promise<{ id: string; secret: string }[]> {
  return (await listSealedSecrets(workspace)).map(({ id, secret: sealed }) => {
    const secret = unseal(key, PURPOSE, sealed)
    if (secret === undefined)
      throw new Error('A secret cannot be read: INTERPHONE_SECRET_KEY is not the one that it was kept with')
    return { id, secret }
  })
}
