// A sender address of a brand, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    email_setting: string
  }
}

export default {
  needs: ['brand'],
  provides: ['email_setting'],
  async create({ post, workspace: { id } }, { brand }) {
    const setting = await post('/extensions/emails', { email: `brand@${id}.example.com`, brand_id: brand })
    return { email_setting: setting.id }
  },
  attempts: {
    createEmail: (their) => [['POST /extensions/emails', { email: 'a@b.example', brand_id: their.brand }]],
    retrieveEmail: ({ email_setting }) => [[`GET /emails/${email_setting}`]],
    updateEmail: (their, my) => [
      [`PUT /extensions/emails/${their.email_setting}`, { forwarding_enabled: true }],
      [`PUT /extensions/emails/${my.email_setting}`, { brand_id: their.brand }],
    ],
  },
  removals: { deleteEmail: ({ email_setting }) => [[`DELETE /extensions/emails/${email_setting}`]] },
  lists: { listEmails: () => [['GET /emails']] },
  ids: { emails: ['email_setting'] },
} satisfies Fixture
