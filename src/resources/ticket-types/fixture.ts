// A ticket type with a list and a state of its own, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    ticket_type: string
    ticket_type_attribute: string
    ticket_state: string
  }
}

const settings = (id: string) => ({ name: `Type of ${id}`, description: `For tests of ${id}` })

export default {
  provides: ['ticket_type', 'ticket_type_attribute', 'ticket_state'],
  async create({ post, workspace: { id } }) {
    const type = await post('/ticket_types', settings(id))
    const attribute = await post(`/ticket_types/${type.id}/attributes`, {
      ...{ name: `Priority of ${id}`, description: '', data_type: 'list' },
      list_items: `Low,High,Of ${id}`,
    })
    const state = await post('/extensions/ticket_states', {
      ...{ category: 'in_progress', internal_label: `With ${id}`, ticket_type_ids: [type.id] },
    })
    return { ticket_type: type.id, ticket_type_attribute: attribute.id, ticket_state: state.id }
  },
  attempts: {
    getTicketType: (their) => [[`GET /ticket_types/${their.ticket_type}`]],
    updateTicketType: (their) => [[`PUT /ticket_types/${their.ticket_type}`, { name: 'Taken' }]],
    createTicketTypeAttribute: (their) => [
      [`POST /ticket_types/${their.ticket_type}/attributes`, { name: 'Taken', description: '', data_type: 'string' }],
    ],
    updateTicketTypeAttribute: (their, my) => [
      [`PUT /ticket_types/${their.ticket_type}/attributes/${their.ticket_type_attribute}`, { name: 'Renamed' }],
      [`PUT /ticket_types/${my.ticket_type}/attributes/${their.ticket_type_attribute}`, { name: 'Renamed' }],
      [`PUT /ticket_types/${their.ticket_type}/attributes/${my.ticket_type_attribute}`, { name: 'Renamed' }],
    ],
    createTicketState: (their) => [
      [
        'POST /extensions/ticket_states',
        { category: 'submitted', internal_label: 'Taken', ticket_type_ids: [their.ticket_type] },
      ],
    ],
    updateTicketState: (their, my) => [
      [`PUT /extensions/ticket_states/${their.ticket_state}`, { internal_label: 'Taken' }],
      [`PUT /extensions/ticket_states/${my.ticket_state}`, { ticket_type_ids: [their.ticket_type] }],
    ],
  },
  lists: {
    listTicketTypes: () => [['GET /ticket_types']],
    listTicketStates: () => [['GET /ticket_states']],
  },
  // It names no object.
  tested_elsewhere: ['createTicketType'],
  ids: {
    ticket_types: ['ticket_type'],
    ticket_type_id: ['ticket_type'],
    ticket_type_ids: ['ticket_type'],
    ticket_states: ['ticket_state'],
    ticket_state_id: ['ticket_state'],
  },
} satisfies Fixture
