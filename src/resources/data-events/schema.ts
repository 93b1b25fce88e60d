// Data events over the wire.
import { type Static, Type } from 'typebox'
import { Epoch, epoch, Id, Nullable, named } from '#http/types.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { EventRow, SummaryRow } from './queries.ts'

const Metadata = Type.Record(Type.String(), Type.Unknown())

/** Whom the events are about. */
const PERSON = {
  intercom_user_id: Type.String(),
  user_id: Nullable(Type.String()),
  email: Nullable(Type.String()),
}

const DataEvent = named(
  'data_event',
  Type.Object({
    type: Type.Literal('event'),
    event_name: Type.String(),
    created_at: Type.Integer(),
    id: Type.String(),
    ...PERSON,
    metadata: Metadata,
  }),
)

const EventPages = named(
  'data_event_pages',
  Type.Object({
    next: Nullable(Type.String({ description: 'The URL of the next page; null on the last one.' })),
    since: Type.Optional(Type.String({ description: 'The URL of the events that come after these.' })),
  }),
)

const Summary = named(
  'data_event_summary_item',
  Type.Object({
    name: Type.String(),
    first: Type.String({ description: 'ISO 8601.' }),
    last: Type.String({ description: 'ISO 8601.' }),
    count: Type.Integer(),
    description: Type.Null(),
  }),
)

/** The list of events, or with `summary` how often each happened. */
export const EventList = named(
  'data_event_list',
  Type.Union([
    Type.Object({ type: Type.Literal('event.list'), events: Type.Array(DataEvent), pages: EventPages, ...PERSON }),
    Type.Object({ type: Type.Literal('event.summary'), events: Type.Array(Summary), pages: EventPages, ...PERSON }),
  ]),
)

export const EventRequest = named(
  'data_event_request',
  Type.Object({
    event_name: Type.Optional(Type.String()),
    created_at: Type.Optional(Epoch),
    id: Type.Optional(Id),
    user_id: Type.Optional(Id),
    email: Type.Optional(Type.String({ maxLength: 320 })),
    metadata: Type.Optional(Nullable(Metadata)),
  }),
)
export type EventRequest = Static<typeof EventRequest>

const GivenSummary = named(
  'data_event_summary_request',
  Type.Object({
    event_name: Type.Optional(Type.String()),
    count: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
    first: Type.Optional(Epoch),
    last: Type.Optional(Epoch),
  }),
)

export const SummariesRequest = named(
  'data_event_summaries_request',
  Type.Object({
    user_id: Type.Optional(Id),
    event_summaries: Type.Optional(Type.Union([GivenSummary, Type.Array(GivenSummary, { maxItems: 120 })])),
  }),
)
export type SummariesRequest = Static<typeof SummariesRequest>

export const presentPerson = ({ id, external_id, email }: ContactRow) => ({
  ...{ intercom_user_id: id, user_id: external_id, email },
})

export const presentEvent = (event: EventRow, contact: ContactRow): Static<typeof DataEvent> => ({
  type: 'event',
  event_name: event.name,
  created_at: epoch(event.created_at),
  id: event.public_id,
  ...presentPerson(contact),
  metadata: event.metadata,
})

/** What a subscriber of `event.created` gets. */
export const presentCreated = (event: EventRow, contact: ContactRow) => ({
  ...presentEvent(event, contact),
  ext_metadata: {},
})

export const presentSummary = ({ name, count, first_at, last_at }: SummaryRow): Static<typeof Summary> => ({
  name,
  first: first_at.toISOString(),
  last: last_at.toISOString(),
  count: Number(count),
  description: null,
})
