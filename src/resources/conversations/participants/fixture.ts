// Requests of another workspace that add or remove participants.
import { type Fixture, user } from '../../../../test/fixture.ts'

declare module '../../../../test/fixture.ts' {
  interface Ids {
    group_conversation: string
    member: string
    second_member: string
    third_member: string
  }
}

export default {
  needs: ['admin', 'user', 'lead'],
  provides: ['group_conversation', 'member', 'second_member', 'third_member'],
  async create({ post, workspace: { id } }, ids) {
    const { conversation_id } = await post('/conversations', { from: user(ids.user), body: 'We need help' })
    const add = async (name: string) => {
      const customer = { email: `${name}-${id}@example.com` }
      return (await post(`/conversations/${conversation_id}/customers`, { customer })).customers[0].id
    }
    const [member, second_member, third_member] = [await add('first'), await add('second'), await add('third')]
    return { group_conversation: conversation_id, member, second_member, third_member }
  },
  attempts: {
    attachContactToConversation: (their, my) => [
      [`POST /conversations/${their.group_conversation}/customers`, { customer: { intercom_user_id: my.user } }],
      [`POST /conversations/${my.group_conversation}/customers`, { customer: { intercom_user_id: their.user } }],
      [`POST /conversations/${my.group_conversation}/customers`, { customer: { user_id: their.external_id } }],
      [
        `POST /conversations/${my.group_conversation}/customers`,
        { customer: { intercom_user_id: my.user, customer: { email: their.email } } },
      ],
      [
        `POST /conversations/${my.group_conversation}/customers`,
        { admin_id: their.admin, customer: { intercom_user_id: my.lead } },
      ],
    ],
  },
  removals: {
    detachContactFromConversation: (their, my) => [
      [`DELETE /conversations/${their.group_conversation}/customers/${their.member}`, { admin_id: my.admin }],
      [`DELETE /conversations/${my.group_conversation}/customers/${their.second_member}`, { admin_id: my.admin }],
      [`DELETE /conversations/${my.group_conversation}/customers/${my.third_member}`, { admin_id: their.admin }],
    ],
  },
  ids: { customers: ['member', 'second_member', 'third_member', 'user'] },
} satisfies Fixture
