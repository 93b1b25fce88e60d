// A reason for being away over the wire.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, named } from '#http/types.ts'
import type { AwayStatusReasonRow } from './queries.ts'

const AwayStatusReason = named(
  'away_status_reason',
  Type.Object({
    type: Type.Literal('away_status_reason'),
    id: Type.String(),
    label: Type.String(),
    emoji: Type.String(),
    order: Type.Integer({ description: 'Its position in the list that an admin chooses from.' }),
    deleted: Type.Boolean({ description: 'It can no longer be chosen.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const AwayStatusReasonList = named('away_status_reason_list', ListOf(AwayStatusReason))

export const presentAwayStatusReason = (reason: AwayStatusReasonRow): Static<typeof AwayStatusReason> => ({
  type: 'away_status_reason',
  id: reason.id,
  label: reason.label,
  emoji: reason.emoji,
  order: reason.order,
  deleted: reason.deleted,
  created_at: epoch(reason.created_at),
  updated_at: epoch(reason.updated_at),
})
