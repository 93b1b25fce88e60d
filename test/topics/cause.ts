// An act that causes topics, and what the objects of several tables are made with.
import type { Shape, Shapes } from './shapes.ts'
import type { World } from './world.ts'

// biome-ignore lint/suspicious/noExplicitAny: what the API answered
export type Answer = any

export type Cause = {
  title: string
  /** What is there before; its events are not compared. */
  given?: (world: World) => Promise<Answer>
  act(world: World, given: Answer): Promise<unknown>
  /** The topics that the act causes, once each, and the shapes of their items. */
  notifies(is: Shapes, given: Answer, world: World): Record<string, Shape>
}

/** Gives each cause of a table its title. */
export const causes = (table: Record<string, Omit<Cause, 'title'>>): Cause[] =>
  Object.entries(table).map(([title, cause]) => ({ title, ...cause }))

export const aUser = (w: World, more: object = {}): Promise<Answer> =>
  w.ask('POST /contacts', { external_id: w.unique('user'), email: `${w.unique('anna')}@example.com`, ...more })

export const aLead = (w: World): Promise<Answer> => w.ask('POST /contacts', { role: 'lead', name: 'Bo' })

export const aCompany = (w: World): Promise<Answer> =>
  w.ask('POST /companies', { company_id: w.unique('company'), name: 'Acme' })

export const aTag = (w: World): Promise<Answer> => w.ask('POST /tags', { name: w.unique('tag') })

/** Begun by a contact. */
export async function aConversation(w: World): Promise<{ id: string; contact: string; message: string }> {
  const { id: contact } = await aUser(w)
  const message = await w.ask('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
  return { id: message.conversation_id, contact, message: message.id }
}

export const manage = (w: World, id: string, body: object): Promise<Answer> =>
  w.ask(`POST /conversations/${id}/parts`, { type: 'admin', admin_id: w.admin_id, ...body })

export const answer = (w: World, id: string, body: object = {}): Promise<Answer> =>
  w.ask(`POST /conversations/${id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: w.admin_id, body: '<p>Yes?</p>' },
    ...body,
  })
