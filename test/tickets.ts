// Ticket types and tickets for tests.
import assert from 'node:assert/strict'
import type { Answer, Call } from './app.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
type Any = any

/** Returns status, code and message of a refusal. */
export const refusal = ({ status, body }: Answer): [number, string, string] => [
  status,
  body?.errors?.[0]?.code,
  body?.errors?.[0]?.message,
]

/** Returns the id of the state of a type. */
export const stateOf = (type: Any, category: string): string =>
  type.ticket_states.data.find((state: Any) => state.category === category).id

export const partTypes = (ticket: Any): string[] =>
  ticket.ticket_parts.ticket_parts.map(({ part_type }: Any) => part_type)

/** Creates by the API; a refusal fails the test. */
export function ticketsBy(call: Call, contact_id: string) {
  const ok = async (route: string, body?: object, version?: string): Promise<Any> => {
    const answer = await call(route, body, version ? { version } : {})
    assert.equal(answer.status, 200, `${route}: ${answer.text}`)
    return answer.body
  }
  let types = 0
  return {
    ok,
    aType: (category: string, settings: object = {}): Promise<Any> =>
      ok('POST /ticket_types', { name: `${category} ${types++}`, category, ...settings }),
    anAttribute: (type: Any, settings: object): Promise<Any> =>
      ok(`POST /ticket_types/${type.id}/attributes`, { description: '', ...settings }),
    aTicket: (type: Any, body: object = {}): Promise<Any> =>
      ok('POST /tickets', { ticket_type_id: type.id, contacts: [{ id: contact_id }], ...body }),
    aConversation: async (): Promise<string> =>
      (await ok('POST /conversations', { from: { type: 'user', id: contact_id }, body: 'Hello' })).conversation_id,
    show: (id: string): Promise<Any> => ok(`GET /tickets/${id}`),
  }
}
