// Content import sources over the wire.
import { type Static, Type } from 'typebox'
import { PagesLink } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { ImportSourceRow } from './queries.ts'

const Status = Type.Enum(['active', 'deactivated'], { description: 'The pages of a deactivated source are not found.' })
export const AudienceId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const AudienceIds = Type.Array(AudienceId, { maxItems: 100 })

export const ImportSource = named(
  'content_import_source',
  Type.Object({
    id: Type.Integer(),
    type: Type.Literal('content_import_source'),
    last_synced_at: Type.Integer(),
    status: Status,
    url: Type.String(),
    sync_behavior: Type.Enum(['api', 'automatic', 'manual']),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    audience_ids: Type.Array(Type.Integer(), { description: 'The audiences of new pages that name none.' }),
  }),
)

export const ImportSourceList = named(
  'content_import_source_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(ImportSource),
    total_count: Type.Integer(),
    pages: PagesLink,
  }),
)

export const HttpUrl = Type.String({
  pattern: '^https?://[^\\s/]+\\S*$',
  maxLength: 2_000,
  examples: ['https://help.example.com'],
})

const SETTINGS = {
  status: Type.Optional(Status),
  audience_ids: Type.Optional(
    Nullable(Type.Union([AudienceId, AudienceIds], { description: 'An id or several; null and an empty list: none.' })),
  ),
}

export const NewImportSourceRequest = named(
  'create_content_import_source_request',
  Type.Object({ sync_behavior: Type.Enum(['api']), url: HttpUrl, ...SETTINGS }),
)
export type NewImportSourceRequest = Static<typeof NewImportSourceRequest>

/** Of what Intercom's web app creates. */
export const SyncedSourceRequest = named(
  'synced_content_import_source_request',
  Type.Object({ sync_behavior: Type.Enum(['automatic', 'manual']), url: HttpUrl, ...SETTINGS }),
)

/** `automated` is another word for `automatic`. */
export const ImportSourceRequest = named(
  'update_content_import_source_request',
  Type.Object({
    sync_behavior: Type.Enum(['api', 'automated', 'automatic', 'manual']),
    url: HttpUrl,
    ...SETTINGS,
    apply_audience_to_existing_content: Type.Optional(
      Type.Boolean({ description: 'Also gives the audiences to all pages of the source.' }),
    ),
  }),
)
export type ImportSourceRequest = Static<typeof ImportSourceRequest>

export const presentImportSource = (source: ImportSourceRow): Static<typeof ImportSource> => ({
  id: Number(source.id),
  type: 'content_import_source',
  last_synced_at: epoch(source.last_synced_at),
  status: source.status,
  url: source.url,
  sync_behavior: source.sync_behavior,
  created_at: epoch(source.created_at),
  updated_at: epoch(source.updated_at),
  audience_ids: source.audience_ids.map(Number),
})
