// The requests of a merge and of its preview, and what a preview answers.
import { type Static, Type } from 'typebox'
import { Id, named } from '#http/types.ts'

export const MergeRequest = named(
  'merge_contacts_request',
  Type.Object({
    from: { ...Id, description: 'The lead that goes.' },
    into: { ...Id, description: 'The user that stays.' },
    skip_duplicate_validation: Type.Optional(
      Type.Boolean({ description: 'Merge contacts that share neither email nor phone.' }),
    ),
  }),
)
export type MergeRequest = Static<typeof MergeRequest>
