// Newsfeeds over the wire: as Intercom's API shows them, and as they are set up.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Id, ListOf, Nullable, named } from '#http/types.ts'
import type { NewsfeedRow } from './feed-queries.ts'

const FEED = {
  id: Type.String(),
  type: Type.Literal('newsfeed'),
  name: Type.String({ description: 'For the team; contacts do not see it.' }),
  created_at: Type.Integer(),
  updated_at: Type.Integer(),
}

export const Newsfeed = named('newsfeed', Type.Object(FEED))
export const NewsfeedList = named('newsfeed_list', PageOf(Newsfeed))

const Role = Nullable(Type.Enum(['user', 'lead', 'visitor']))

export const NewsfeedSetup = named(
  'newsfeed_setup',
  Type.Object({
    ...FEED,
    audience: named('newsfeed_audience', Type.Object({ role: Role, tag_id: Nullable(Type.String()) })),
  }),
)

export const NewsfeedSetupList = named('newsfeed_setup_list', ListOf(NewsfeedSetup))

const Name = Type.String({ minLength: 1, maxLength: 255 })
const AUDIENCE = {
  audience: Type.Optional(
    named(
      'newsfeed_audience_request',
      // An unknown condition must not make a newsfeed that everyone reads.
      Type.Partial(Type.Object({ role: Role, tag_id: Nullable(Id) }), { additionalProperties: false }),
    ),
  ),
}

export const NewNewsfeedRequest = named('new_newsfeed_request', Type.Object({ name: Name, ...AUDIENCE }))
export type NewNewsfeedRequest = Static<typeof NewNewsfeedRequest>

export const NewsfeedRequest = named('newsfeed_request', Type.Object({ name: Type.Optional(Name), ...AUDIENCE }))
export type NewsfeedRequest = Static<typeof NewsfeedRequest>

export const presentNewsfeed = ({ id, name, created_at, updated_at }: NewsfeedRow): Static<typeof Newsfeed> => ({
  ...{ id, type: 'newsfeed', name, created_at: epoch(created_at), updated_at: epoch(updated_at) },
})

export const presentNewsfeedSetup = (feed: NewsfeedRow): Static<typeof NewsfeedSetup> => ({
  ...presentNewsfeed(feed),
  audience: { role: feed.audience_role, tag_id: feed.audience_tag_id },
})
