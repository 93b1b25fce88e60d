// A list attribute with its options, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    conversation_attribute: string
    option: string
  }
}

const team = (id: string) => ({ visible_to_team_ids: [id] })

export default {
  needs: ['team'],
  provides: ['conversation_attribute', 'option'],
  async create({ post, workspace: { id } }, ids) {
    const { id: attribute, options } = await post('/conversations/attributes', {
      name: `Topic of ${id}`,
      data_type: 'list',
      options: ['Billing', 'Shipping', `Of ${id}`].map((label) => ({ label })),
      ...team(ids.team),
    })
    return { conversation_attribute: String(attribute), option: options[2].id }
  },
  attempts: {
    getConversationAttribute: (their) => [[`GET /conversations/attributes/${their.conversation_attribute}`]],
    createConversationAttribute: (their) => [
      ['POST /conversations/attributes', { name: 'Seats', data_type: 'integer', ...team(their.team) }],
    ],
    updateConversationAttribute: (their, my) => [
      [`PUT /conversations/attributes/${their.conversation_attribute}`, { description: 'Taken' }],
      [`PUT /conversations/attributes/${my.conversation_attribute}`, team(their.team)],
    ],
    createConversationAttributeOption: (their) => [
      [`POST /conversations/attributes/${their.conversation_attribute}/options`, { label: 'Taken' }],
    ],
    updateConversationAttributeOption: (their, my) => [
      [`PUT /conversations/attributes/${their.conversation_attribute}/options/${their.option}`, { label: 'Taken' }],
      [`PUT /conversations/attributes/${my.conversation_attribute}/options/${their.option}`, { label: 'Taken' }],
    ],
  },
  removals: {
    deleteConversationAttributeOption: (their, my) => [
      [`DELETE /conversations/attributes/${their.conversation_attribute}/options/${their.option}`],
      [`DELETE /conversations/attributes/${my.conversation_attribute}/options/${their.option}`],
    ],
    deleteConversationAttribute: (their) => [[`DELETE /conversations/attributes/${their.conversation_attribute}`]],
  },
  lists: { listConversationAttributes: () => [['GET /conversations/attributes?include_archived=true']] },
  ids: { attributes: ['conversation_attribute'], options: ['option'], option_id: ['option'] },
} satisfies Fixture
