// A sign-in with an access token. What needs the cookie is tested beside it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    sign_in: string
  }
}

export default {
  provides: ['sign_in'],
  async create({ post, created }) {
    const { id } = await post('/extensions/sign-ins', { access_token: created.token })
    return { sign_in: id }
  },
  removals: { endSignIn: ({ sign_in }) => [[`DELETE /extensions/sign-ins/${sign_in}`]] },
  lists: { listSignIns: () => [['GET /extensions/sign-ins']] },
  tested_elsewhere: ['createSignIn', 'getCurrentSignIn', 'endCurrentSignIn'],
  ids: { 'sign-ins': ['sign_in'] },
} satisfies Fixture
