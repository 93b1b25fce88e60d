// What a conversation or a ticket is linked to: a conversation that was merged with it, or a ticket.
import { type Static, Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'
import { CATEGORIES, type Category } from '#resources/ticket-types/queries.ts'

export const LinkedObjects = named(
  'linked_object_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(
      named(
        'linked_object',
        Type.Object({
          type: Type.Enum(['conversation', 'ticket']),
          id: Type.String(),
          category: Nullable(Type.Enum([...CATEGORIES], { description: 'Null for a conversation.' })),
        }),
      ),
      { description: 'The first 1,000, by id.' },
    ),
    total_count: Type.Integer(),
    has_more: Type.Boolean(),
  }),
)

/** `category` null: a conversation. */
export type Linked = { id: string; category: Category | null }

export const presentLinked = ({
  linked,
  linked_count,
}: {
  linked: readonly Linked[]
  linked_count: number
}): Static<typeof LinkedObjects> => ({
  type: 'list',
  data: linked.map(({ id, category }) => ({ type: category === null ? 'conversation' : 'ticket', id, category })),
  total_count: linked_count,
  has_more: linked_count > linked.length,
})
