// An SLA over the wire, and as a conversation shows the one that is applied to it.
import { type Static, Type } from 'typebox'
import { epoch, Nullable, named } from '#http/types.ts'
import { type AppliedSla, statusOf } from './progress.ts'
import type { SlaRow } from './queries.ts'

const YEAR = 366 * 24 * 60 * 60
const seconds = (description: string) =>
  Nullable(Type.Integer({ minimum: 1, maximum: YEAR, description: `Seconds ${description}; null: no target.` }))

const FIELDS = {
  name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  first_reply_time: seconds('to the first reply of an admin'),
  next_reply_time: seconds('to each later reply, from when the contact waits'),
  resolution_time: seconds('to the close'),
  time_to_close: seconds('to the close'),
  in_office_hours: Type.Boolean({ description: "Only time in the workspace's office hours counts. Default: true." }),
}

const { name, ...RULES } = FIELDS
export const NewSlaRequest = named(
  'new_sla_request',
  Type.Object({ name, ...Type.Partial(Type.Object(RULES)).properties }),
)
export type NewSlaRequest = Static<typeof NewSlaRequest>

export const SlaRequest = named('sla_request', Type.Partial(Type.Object(FIELDS)))
export type SlaRequest = Static<typeof SlaRequest>

const Seconds = Nullable(Type.Integer())

export const Sla = named(
  'sla',
  Type.Object({
    type: Type.Literal('sla'),
    id: Type.String(),
    name: Type.String(),
    first_reply_time: Seconds,
    next_reply_time: Seconds,
    resolution_time: Seconds,
    time_to_close: Seconds,
    in_office_hours: Type.Boolean(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const SlaList = named('sla_list', Type.Object({ type: Type.Literal('list'), data: Type.Array(Sla) }))

export const DeletedSla = named(
  'deleted_sla',
  Type.Object({ id: Type.String(), object: Type.Literal('sla'), deleted: Type.Literal(true) }),
)

export const SlaApplied = named(
  'sla_applied',
  Type.Object({
    type: Type.Literal('conversation_sla_summary'),
    sla_name: Type.String({ description: 'As it was when the SLA was applied.' }),
    sla_status: Type.Enum(['hit', 'missed', 'active'], {
      description: '`missed` if any target was missed, else `hit` if one was hit, else `active`.',
    }),
  }),
)

export const presentSla = ({ created_at, updated_at, ...sla }: SlaRow): Static<typeof Sla> => ({
  type: 'sla',
  ...sla,
  created_at: epoch(created_at),
  updated_at: epoch(updated_at),
})

/** Null if there is none, or it was removed. */
export const presentSlaApplied = (sla: AppliedSla | null): Static<typeof SlaApplied> | null =>
  sla && !sla.removed ? { type: 'conversation_sla_summary', sla_name: sla.sla_name, sla_status: statusOf(sla) } : null
