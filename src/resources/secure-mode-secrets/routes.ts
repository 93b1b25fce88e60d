// Identity verification secrets: a workspace's own systems sign users with them, so that users cannot be impersonated
// in a messenger. While there is a secret, sessions of users need a signature.

import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Resource, Server } from '#server.ts'
import { createSecret } from './create.ts'
import { deleteSecret, listSecrets } from './queries.ts'
import { NewSecret, presentSecret, SecretList, SecretRequest } from './schema.ts'

const since = 'Preview'
const read = 'read_secure_mode_secret'
const write = 'write_secure_mode_secret'

function secureModeSecrets(app: App, { secret }: Pick<Server, 'secret'>) {
  app.get(
    '/secure_mode_secrets',
    op('listIdentityVerificationSecrets', {
      summary: 'List identity verification secrets',
      since,
      scope: read,
      response: SecretList,
    }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listSecrets(workspace)).map(presentSecret) }),
  )

  app.post(
    '/secure_mode_secrets',
    op('createIdentityVerificationSecret', {
      summary: 'Create an identity verification secret',
      since,
      scope: write,
      status: 201,
      confidential: true,
      body: SecretRequest,
      response: NewSecret,
    }),
    async ({ workspace, body }) => createSecret(workspace, secret, body),
  )

  app.delete(
    '/secure_mode_secrets/:id',
    op('deleteIdentityVerificationSecret', {
      summary: 'Delete an identity verification secret',
      since,
      scope: write,
      status: 204,
      params: ById,
    }),
    async ({ workspace, params }) => {
      const code = 'identity_verification_secret_not_found'
      found(await deleteSecret(workspace, params.id), 'Identity verification secret not found', code)
      await logActivity(workspace, {
        type: 'app_identity_verification_change',
        did: 'deleted an identity verification secret',
        metadata: { secret_id: params.id },
      })
      return NOTHING
    },
  )
}

export default { group: 'Identity Verification Secrets', routes: secureModeSecrets } satisfies Resource
