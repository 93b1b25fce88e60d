// The requests of a merge and of its preview, and what a preview answers.
import { type Static, Type } from 'typebox'
import { Id, named, Some } from '#http/types.ts'

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

const Value = Type.Unsafe<unknown>({ description: 'Absent if it is not set.' })

const AttributeChange = named(
  'merge_preview_attribute_change',
  Type.Object({
    field: Type.String(),
    outcome: Type.Enum(['adopted', 'discarded', 'merged']),
    from_value: Type.Optional(Value),
    into_value: Type.Optional(Value),
    new_into_value: Type.Unsafe<unknown>({ description: 'Null if it is not set.' }),
  }),
)

const Counts = named(
  'merge_preview_counts',
  Type.Object({
    from: Type.Integer({ description: 'How many would move.' }),
    into: Type.Integer({ description: 'How many the user has.' }),
  }),
)

/** Only what something would move of. */
const Reassignments = named(
  'merge_preview_reassignments',
  Some({ conversations: Counts, tickets: Counts, phone_calls: Counts, tags: Counts, notes: Counts }),
)
export type Reassignments = Static<typeof Reassignments>

const Allowed = named(
  'merge_preview_allowed',
  Type.Object({
    allowed: Type.Literal(true),
    summary: named(
      'merge_preview_summary',
      Type.Object({
        attribute_changes: named(
          'merge_preview_attribute_changes',
          Type.Object({ attributes: Type.Array(AttributeChange, { maxItems: 50 }), total_count: Type.Integer() }),
        ),
        reassignments: Reassignments,
      }),
    ),
  }),
)

const Blocked = named(
  'merge_preview_blocked',
  Type.Object({
    allowed: Type.Literal(false),
    reasons: Type.Array(
      named(
        'merge_preview_reason',
        Type.Object({
          code: Type.Enum(['invalid_merge_role_pair', 'no_shared_identifier']),
          message: Type.String(),
        }),
      ),
    ),
  }),
)

export const MergePreview = named('merge_preview_response', Type.Union([Allowed, Blocked]))
export type MergePreview = Static<typeof MergePreview>
