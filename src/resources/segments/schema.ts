// Segments over the wire: as Intercom shows them, and with their definition.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, Nullable, named } from '#http/types.ts'
import { presentQuery } from '#search/query.ts'
import { PERSON_TYPES, type SegmentRow } from './queries.ts'

const Name = Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' })

const PersonType = Type.Enum(PERSON_TYPES, { description: 'Of users, of leads (`contact`), or of companies.' })

const QueryBody = Type.Unknown({
  description:
    'The `query` of POST /contacts/search. The value of a date can be `{ "days_ago": 30 }`: so many days before now.',
})

export const Segment = named(
  'segment',
  Type.Object({
    type: Type.Literal('segment'),
    id: Type.String(),
    name: Type.String(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    person_type: Type.Enum(['user', 'contact']),
    count: Type.Optional(
      Nullable(Type.Integer({ description: 'With include_count; null if counting takes too long.' })),
    ),
  }),
)

export const SegmentList = named(
  'segment_list',
  Type.Object({
    type: Type.Literal('segment.list'),
    segments: Type.Array(Segment),
    pages: Type.Optional(Type.Object({}, { description: 'Absent, because the list is whole.' })),
  }),
)

export const AttachedSegmentList = named('attached_segment_list', ListOf(Segment))

export const SegmentSetup = named(
  'segment_setup',
  Type.Object({
    type: Type.Literal('segment_setup'),
    id: Type.String(),
    name: Type.String(),
    person_type: PersonType,
    query: Nullable(Type.Unknown({ description: 'Null if it has all of its person_type.' })),
    is_built_in: Type.Boolean(),
    missing: Type.Array(Type.String(), {
      description: 'What the query names that no longer exists. If it is not empty, nobody is in the segment.',
    }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const SegmentSetupList = named('segment_setup_list', ListOf(SegmentSetup))

export const NewSegmentRequest = named(
  'new_segment_request',
  Type.Object({
    name: Name,
    person_type: Type.Optional(PersonType),
    query: Type.Optional(QueryBody),
  }),
)
export type NewSegmentRequest = Static<typeof NewSegmentRequest>

export const SegmentRequest = named('segment_request', Type.Partial(Type.Object({ name: Name, query: QueryBody })))
export type SegmentRequest = Static<typeof SegmentRequest>

/** Intercom's schema has no word for a segment of companies: it is shown as one of users. */
export const presentSegment = (segment: SegmentRow & { count?: number | null }): Static<typeof Segment> => ({
  type: 'segment',
  id: segment.id,
  name: segment.name,
  created_at: epoch(segment.created_at),
  updated_at: epoch(segment.updated_at),
  person_type: segment.person_type === 'company' ? 'user' : segment.person_type,
  ...(segment.count !== undefined && { count: segment.count }),
})

export const presentSetup = (segment: SegmentRow, missing: string[]): Static<typeof SegmentSetup> => ({
  type: 'segment_setup',
  id: segment.id,
  name: segment.name,
  person_type: segment.person_type,
  query: segment.query && presentQuery(segment.query),
  is_built_in: segment.is_built_in,
  missing,
  created_at: epoch(segment.created_at),
  updated_at: epoch(segment.updated_at),
})
