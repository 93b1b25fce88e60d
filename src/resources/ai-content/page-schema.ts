// External pages over the wire.
import { type Static, Type } from 'typebox'
import { PagesLink } from '#http/lists.ts'
import { epoch, Id, Nullable, named } from '#http/types.ts'
import type { ExternalPageRow } from './page-queries.ts'
import { AudienceId, HttpUrl } from './schema.ts'

const Locale = Type.Enum(['en'])

export const ExternalPage = named(
  'external_page',
  Type.Object({
    id: Type.String(),
    type: Type.Literal('external_page'),
    title: Type.String(),
    html: Type.String(),
    url: Type.Optional(Type.String({ description: 'Absent if the page has none.' })),
    ai_agent_availability: Type.Boolean(),
    ai_copilot_availability: Type.Boolean(),
    ai_sales_agent_availability: Type.Boolean(),
    fin_availability: Type.Boolean({ description: 'Deprecated: the same as ai_agent_availability.' }),
    locale: Locale,
    source_id: Type.Integer(),
    external_id: Type.String(),
    audience_ids: Type.Array(Type.Integer()),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    last_ingested_at: Type.Integer({ description: 'When its title, HTML or URL came last.' }),
  }),
)

export const ExternalPageList = named(
  'external_page_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(ExternalPage),
    total_count: Type.Integer(),
    pages: PagesLink,
  }),
)

const Title = Type.String({ minLength: 1, maxLength: 1_000 })
const Html = Type.String({ maxLength: 400_000 })
const SourceId = Type.Unsafe<string>({ ...Id, description: 'The id of a content import source.' })
const ExternalId = Type.Unsafe<string>({ ...Id, description: "The page's id at its source: unique in it." })

const SETTINGS = {
  ai_agent_availability: Type.Optional(Type.Boolean()),
  ai_copilot_availability: Type.Optional(Type.Boolean()),
  ai_sales_agent_availability: Type.Optional(Type.Boolean()),
  audience_ids: Type.Optional(
    Nullable(Type.Array(AudienceId, { maxItems: 100, description: 'Absent for a new page: those of its source.' })),
  ),
}

export const NewExternalPageRequest = named(
  'create_external_page_request',
  Type.Object({
    title: Title,
    html: Html,
    url: Type.Optional(Nullable(HttpUrl)),
    locale: Locale,
    source_id: SourceId,
    external_id: ExternalId,
    ...SETTINGS,
  }),
)
export type NewExternalPageRequest = Static<typeof NewExternalPageRequest>

export const ExternalPageRequest = named(
  'update_external_page_request',
  Type.Object({
    title: Title,
    html: Html,
    url: HttpUrl,
    locale: Locale,
    source_id: SourceId,
    external_id: Type.Optional(ExternalId),
    ...SETTINGS,
    fin_availability: Type.Optional(
      Type.Boolean({ description: 'Deprecated: sets those of the three availabilities that are absent.' }),
    ),
  }),
)
export type ExternalPageRequest = Static<typeof ExternalPageRequest>

export const presentExternalPage = (page: ExternalPageRow): Static<typeof ExternalPage> => ({
  id: page.id,
  type: 'external_page',
  title: page.title,
  html: page.html,
  ...(page.url !== null && { url: page.url }),
  ai_agent_availability: page.ai_agent_availability,
  ai_copilot_availability: page.ai_copilot_availability,
  ai_sales_agent_availability: page.ai_sales_agent_availability,
  fin_availability: page.ai_agent_availability,
  locale: page.locale,
  source_id: Number(page.source_id),
  external_id: page.external_id,
  audience_ids: page.audience_ids.map(Number),
  created_at: epoch(page.created_at),
  updated_at: epoch(page.updated_at),
  last_ingested_at: epoch(page.last_ingested_at),
})
