// The schemas of a tag, alone and attached to an object.
import { type Static, Type } from 'typebox'
import { epochOrNull, Id, ListOf, Nullable, named } from '#http/types.ts'
import { AdminReference } from '#resources/references.ts'
import type { AppliedTagRow, TagRow } from './queries.ts'

export const Tag = named('tag', Type.Object({ type: Type.Literal('tag'), id: Type.String(), name: Type.String() }))

/** The time and the admin are null once the tag is detached. */
export const AppliedTag = named(
  'applied_tag',
  Type.Object({
    ...Tag.properties,
    applied_at: Nullable(Type.Integer()),
    applied_by: Nullable(AdminReference),
  }),
)

const Tagged = Type.Array(named('tag_target', Type.Object({ id: Type.String(), tagged: Type.Boolean() })))

export const CreatedTag = named(
  'tag_with_targets',
  Type.Object({ ...Tag.properties, users: Tagged, companies: Tagged }),
)

/** The tags of an object, as part of it. */
export const AppliedTags = named(
  'applied_tags',
  Type.Object({ type: Type.Literal('tag.list'), tags: Type.Array(AppliedTag) }),
)

export const TagList = named('tag_list', ListOf(Tag))
export const AppliedTagList = named('applied_tag_list', ListOf(AppliedTag))

/** The tag that a request attaches. */
export const TagReference = named('tag_reference', Type.Object({ id: Id }))

const untag = Type.Optional(Type.Boolean({ description: 'Removes the tag instead.' }))

/** One body, four uses: create or find a tag, rename one, tag or untag contacts, tag or untag companies. */
export const TagRequest = named(
  'tag_request',
  Type.Object({
    id: Type.Optional(Id),
    name: Type.Optional(Type.String({ maxLength: 255 })),
    users: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.Optional(Id),
          user_id: Type.Optional(Id),
          email: Type.Optional(Type.String()),
          untag,
        }),
        { maxItems: 1000 },
      ),
    ),
    companies: Type.Optional(
      Type.Array(Type.Object({ id: Type.Optional(Id), company_id: Type.Optional(Id), untag }), { maxItems: 1000 }),
    ),
  }),
)
export type TagRequest = Static<typeof TagRequest>

export const presentTag = ({ id, name }: TagRow): Static<typeof Tag> => ({ type: 'tag', id, name })

export const presentAppliedTag = ({ applied_at, applied_by, ...tag }: AppliedTagRow): Static<typeof AppliedTag> => ({
  ...presentTag(tag),
  applied_at: epochOrNull(applied_at),
  applied_by: applied_by ? { type: 'admin', id: applied_by } : null,
})
