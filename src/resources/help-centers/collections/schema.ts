// The schema of a collection.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Id, Nullable, named } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { multilingual, TranslationsOf, TranslationsRequestOf } from '../translations.ts'
import { urlOfContent } from '../urls.ts'
import type { CollectionContent, CollectionRow } from './queries.ts'

const GroupContent = named(
  'group_content',
  Type.Object({ type: Type.Literal('group_content'), name: Type.String(), description: Nullable(Type.String()) }),
)

export const Collection = named(
  'collection',
  Type.Object({
    id: Type.String(),
    workspace_id: Type.String(),
    name: Type.String(),
    url: Nullable(Type.String({ description: 'Null while the help center is off.' })),
    order: Type.Integer({ description: 'Its place among the collections with the same parent.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    description: Nullable(Type.String()),
    icon: Nullable(Type.String()),
    parent_id: Nullable(Type.String()),
    help_center_id: Nullable(Type.Integer()),
    default_locale: Type.Optional(Type.String({ description: 'Of a help center with several locales.' })),
    translated_content: Type.Optional(
      named('group_translated_content', TranslationsOf('group_translated_content', GroupContent)),
    ),
  }),
)

export const CollectionList = named('collection_list', PageOf(Collection))

const text = {
  name: Type.Optional(Type.String({ maxLength: 255 })),
  description: Type.Optional(Nullable(Type.String({ maxLength: 10_000 }))),
}

const GroupContentRequest = named(
  'group_content_request',
  Type.Object({ ...text, type: Type.Optional(Type.Unknown()) }),
)

const changeable = {
  ...text,
  parent_id: Type.Optional(Nullable(Id)),
  translated_content: Type.Optional(
    Nullable(named('group_translated_content_request', TranslationsRequestOf(Nullable(GroupContentRequest)))),
  ),
}

export const NewCollectionRequest = named(
  'create_collection_request',
  Type.Object({ ...changeable, help_center_id: Type.Optional(Nullable(Id)) }),
)
export type NewCollectionRequest = Static<typeof NewCollectionRequest>

export const CollectionRequest = named('update_collection_request', Type.Object(changeable))
export type CollectionRequest = Static<typeof CollectionRequest>

export const DeletedCollection = named(
  'deleted_collection_object',
  Type.Object({ id: Type.String(), object: Type.Literal('collection'), deleted: Type.Literal(true) }),
)

/** Returns name and description in the default locale. */
export const mainContent = ({ contents, help_center }: CollectionRow): CollectionContent =>
  contents[help_center.default_locale] ?? (Object.values(contents)[0] as CollectionContent)

export function presentCollection(
  workspace: Workspace,
  row: CollectionRow,
  public_url: string,
): Static<typeof Collection> {
  const { help_center, contents } = row
  const { name, description } = mainContent(row)
  const place = { locale: help_center.default_locale, kind: 'collections', id: row.id, title: name } as const
  const shown = Object.entries(contents).map(
    ([locale, content]) => [locale, { type: 'group_content' as const, ...content }] as const,
  )
  return {
    id: row.id,
    workspace_id: workspace.id,
    name,
    url: help_center.website_turned_on ? urlOfContent(help_center, public_url, place) : null,
    order: row.position,
    created_at: epoch(row.created_at),
    updated_at: epoch(row.updated_at),
    description,
    icon: row.icon,
    parent_id: row.parent_id,
    help_center_id: Number(row.help_center_id),
    ...multilingual(help_center, 'group_translated_content', Object.fromEntries(shown)),
  }
}
