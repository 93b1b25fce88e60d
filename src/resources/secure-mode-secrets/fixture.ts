// A secret for identity verification, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    secret: string
  }
}

export default {
  provides: ['secret'],
  async create({ post, workspace: { id } }) {
    const secret = await post('/secure_mode_secrets', { name: `Secret of ${id}`, supports_web: true })
    return { secret: secret.id }
  },
  removals: { deleteIdentityVerificationSecret: ({ secret }) => [[`DELETE /secure_mode_secrets/${secret}`]] },
  lists: { listIdentityVerificationSecrets: () => [['GET /secure_mode_secrets']] },
  tested_elsewhere: ['createIdentityVerificationSecret'],
} satisfies Fixture
