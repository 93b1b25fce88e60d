// The schema of a redirect.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Id, named } from '#http/types.ts'
import type { RedirectRow } from './queries.ts'

const TargetType = Type.Enum(['article', 'collection'])

export const Redirect = named(
  'help_center_redirect',
  Type.Object({
    id: Type.String(),
    type: Type.Literal('help_center_redirect'),
    from_url: Type.String(),
    locale: Type.String({ description: 'The locale of the target: of an article one in which it is written.' }),
    help_center_id: Type.String(),
    target_type: TargetType,
    target_id: Type.String(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const RedirectList = named('help_center_redirect_list', PageOf(Redirect))

export const RedirectRequest = named(
  'create_help_center_redirect_request',
  Type.Object({
    from_url: Type.String({ maxLength: 2048, description: 'An absolute URL within the help center.' }),
    locale: Type.String({ maxLength: 20 }),
    target_type: Type.String({ maxLength: 20, description: 'article or collection' }),
    target_id: Id,
  }),
)
export type RedirectRequest = Static<typeof RedirectRequest>

export const DeletedRedirect = named(
  'deleted_help_center_redirect_object',
  Type.Object({ id: Type.String(), object: Type.Literal('help_center_redirect'), deleted: Type.Literal(true) }),
)

export const presentRedirect = (row: RedirectRow): Static<typeof Redirect> => ({
  id: row.id,
  type: 'help_center_redirect',
  from_url: row.from_url,
  locale: row.locale,
  help_center_id: row.help_center_id,
  target_type: row.article_id ? 'article' : 'collection',
  target_id: (row.article_id ?? row.collection_id) as string,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})
