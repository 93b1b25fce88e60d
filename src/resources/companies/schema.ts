// The schemas of a company.
import { type Static, Type } from 'typebox'
import { CursorPages, NumberedPageQuery, PageOf, PagesLink } from '#http/lists.ts'
import { Epoch, epoch, Id, Nullable, named, Some } from '#http/types.ts'
import { Note } from '#resources/notes/schema.ts'
import { presentSegment, Segment } from '#resources/segments/schema.ts'
import { Tag } from '#resources/tags/schema.ts'
import type { ListedCompanyRow, WholeCompanyRow } from './queries.ts'

const Plan = named('plan', Some({ type: Type.Literal('plan'), id: Type.String(), name: Type.String() }))

export const CompanyTags = named('company_tags', Type.Object({ type: Type.Literal('tag.list'), tags: Type.Array(Tag) }))

const CompanySegments = named(
  'company_segments',
  Type.Object({ type: Type.Literal('segment.list'), segments: Type.Array(Segment) }),
)

const NoteReference = Type.Object({ type: Type.Literal('note'), id: Type.String(), url: Type.String() })

const CompanyNotes = Type.Object({
  type: Type.Literal('note.list'),
  data: Type.Array(NoteReference, { maxItems: 10 }),
  notes: Type.Optional(Type.Array(Note, { maxItems: 10, description: 'In full; not in lists of companies.' })),
  url: Type.String(),
  total_count: Type.Integer(),
  has_more: Type.Boolean(),
})

export const Company = named(
  'company',
  Type.Object({
    type: Type.Literal('company'),
    id: Type.String(),
    company_id: Type.String(),
    app_id: Type.String(),
    name: Type.String(),
    remote_created_at: Type.Integer(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    last_request_at: Type.Optional(Type.Integer()),
    monthly_spend: Type.Integer(),
    session_count: Type.Integer(),
    user_count: Type.Integer({ description: 'Contacts that are attached and not archived.' }),
    size: Type.Optional(Type.Integer()),
    website: Type.Optional(Type.String()),
    industry: Type.Optional(Type.String()),
    plan: Plan,
    custom_attributes: Type.Record(Type.String(), Type.Unknown()),
    tags: CompanyTags,
    segments: CompanySegments,
    notes: Type.Optional(CompanyNotes),
  }),
)

export const CompanyList = named('company_list', PageOf(Company))

/** `data` is what examples and old clients have, `companies` what the schema and the SDKs have: both are the same list. */
export const ContactCompanies = named(
  'contact_companies',
  Type.Object({
    ...PageOf(Company).properties,
    pages: PagesLink,
    companies: Type.Array(Company),
  }),
)

export const CompanyScroll = named(
  'company_scroll',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(Company),
    // Always null, like total_count.
    pages: Nullable(CursorPages),
    total_count: Nullable(Type.Integer()),
    scroll_param: Nullable(Type.String({ description: 'For the next request; null after the last company.' })),
  }),
)

export const DeletedCompany = named(
  'deleted_company',
  Type.Object({ id: Type.String(), object: Type.Literal('company'), deleted: Type.Literal(true) }),
)

/** PostgreSQL's and Intercom's largest integer. */
const LARGEST = 2 ** 31 - 1

const limited = (maxLength: number) => Nullable(Type.String({ maxLength }))

/** The values of a company that a request can set. Another key is refused by `profile.ts`, with Intercom's message. */
export const CompanyRequest = named(
  'company_request',
  Some({
    company_id: Nullable(Id),
    name: limited(255),
    plan: limited(255),
    size: Nullable(Type.Integer({ minimum: 0, maximum: LARGEST })),
    website: limited(2048),
    industry: limited(255),
    monthly_spend: Nullable(
      Type.Number({ exclusiveMinimum: -LARGEST - 2, exclusiveMaximum: LARGEST + 1, description: 'Truncated.' }),
    ),
    remote_created_at: Nullable(Epoch),
    update_last_request_at: Nullable(Type.Boolean({ description: 'Sets last_request_at to now.' })),
    custom_attributes: Nullable(
      Type.Record(Type.String(), Type.Unknown(), { description: 'Data attributes of companies; null clears one.' }),
    ),
  }),
)
export type CompanyRequest = Static<typeof CompanyRequest>

/** `company_id` and `name` find one company; the others filter the list. */
export const CompaniesQuery = Type.Object({
  ...NumberedPageQuery.properties,
  ...Some({ company_id: Type.String(), name: Type.String(), tag_id: Type.String(), segment_id: Type.String() })
    .properties,
})

export const CompanyListQuery = Type.Object({
  ...NumberedPageQuery.properties,
  order: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'By last_request_at. Default: desc.' })),
})

/** For the companies of a contact: Intercom does not show notes there. */
export function presentWithoutNotes(company: ListedCompanyRow): Static<typeof Company> {
  const { last_request_at, size, website, industry } = company
  return {
    type: 'company',
    company_id: company.company_id,
    id: company.id,
    app_id: company.workspace_id,
    name: company.name,
    remote_created_at: epoch(company.remote_created_at),
    created_at: epoch(company.created_at),
    updated_at: epoch(company.updated_at),
    ...(last_request_at && { last_request_at: epoch(last_request_at) }),
    monthly_spend: company.monthly_spend,
    session_count: company.session_count,
    user_count: company.user_count,
    ...(size !== null && { size }),
    ...(website !== null && { website }),
    ...(industry !== null && { industry }),
    tags: { type: 'tag.list', tags: company.tags },
    segments: { type: 'segment.list', segments: (company.segments ?? []).map(presentSegment) },
    plan: company.plan ?? {},
    custom_attributes: company.custom_attributes,
  }
}

export function presentCompany(company: ListedCompanyRow & Partial<WholeCompanyRow>): Static<typeof Company> {
  const { id, newest_notes, notes } = company
  return {
    ...presentWithoutNotes(company),
    notes: {
      type: 'note.list',
      data: newest_notes.ids.map((id) => ({ type: 'note', id, url: `/notes/${id}` })),
      ...(notes && { notes: notes.map((note) => ({ ...note, company: { type: 'company', id } })) }),
      url: `/companies/${id}/notes`,
      total_count: newest_notes.total_count,
      has_more: newest_notes.total_count > newest_notes.ids.length,
    },
  }
}
