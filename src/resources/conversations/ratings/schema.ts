// The rating of a conversation over the wire, for the team and in a messenger.
import { type Static, Type } from 'typebox'
import { epoch, Nullable, named } from '#http/types.ts'
import { AdminReference, ContactReference } from '#resources/references.ts'
import type { RatingRow } from './queries.ts'

const Rating = Type.Integer({ minimum: 1, maximum: 5 })

export const ConversationRating = named(
  'conversation_rating',
  Type.Object({
    rating: Nullable(Type.Integer({ description: '1 to 5; null until the contact rates.' })),
    remark: Nullable(Type.String()),
    created_at: Type.Integer({ description: 'When the rating was requested.' }),
    updated_at: Type.Integer(),
    contact: ContactReference,
    teammate: AdminReference,
  }),
)

/** As `shownRating` reads it. */
export type ShownRating = Pick<RatingRow, 'rating' | 'remark' | 'teammate_id'> & {
  requested_at: number
  updated_at: number
  contact: { id: string; external_id: string | null }
}

export const presentRating = (shown: ShownRating): Static<typeof ConversationRating> => ({
  rating: shown.rating,
  remark: shown.remark,
  created_at: shown.requested_at,
  updated_at: shown.updated_at,
  contact: { type: 'contact', ...shown.contact },
  teammate: { type: 'admin', id: shown.teammate_id },
})

export const MessengerRating = named(
  'messenger_rating',
  Type.Object({
    requested_at: Type.Integer(),
    rating: Nullable(Type.Integer({ description: '1 to 5; null until the contact rates.' })),
    remark: Nullable(Type.String({ description: 'With a remark, the rating is final.' })),
  }),
)

export const presentMessengerRating = ({
  requested_at,
  rating,
  remark,
}: RatingRow): Static<typeof MessengerRating> => ({
  requested_at: epoch(requested_at),
  rating,
  remark,
})

export const RatingRequest = named(
  'messenger_rating_request',
  Type.Object({
    rating: Type.Optional(Rating),
    remark: Type.Optional(
      Nullable(Type.String({ maxLength: 2_000, description: 'Plain text. With a remark, the rating is final.' })),
    ),
  }),
)
export type RatingRequest = Static<typeof RatingRequest>
