// The schema of what a part says of a changed attribute of a ticket.
import { type Static, Type } from 'typebox'
import { named } from '#http/types.ts'

export const UpdatedAttribute = named(
  'ticket_part_updated_attribute_data',
  Type.Object({
    attribute: named(
      'ticket_part_attribute',
      Type.Object({ type: Type.Literal('attribute'), id: Type.String(), label: Type.String() }),
    ),
    value: named(
      'ticket_part_value',
      Type.Object({
        type: Type.Literal('value'),
        id: Type.Union([Type.String(), Type.Null(), Type.Array(Type.Integer())], {
          description: 'Of a list the id of the item, of files their ids, else the same as the label.',
        }),
        label: Type.Union([Type.String(), Type.Array(Type.String())]),
        previous: Type.Union([Type.String(), Type.Array(Type.String())], {
          description: 'The label of the former value; empty if there was none.',
        }),
      }),
    ),
  }),
)
export type UpdatedAttribute = Static<typeof UpdatedAttribute>
