// What callers of Fin Agent send, and what it answers.
import { type Static, Type } from 'typebox'
import { Id, Nullable, named, Some } from '#http/types.ts'

const Attributes = Type.Record(Type.String(), Type.Unknown(), { description: 'At most 10.' })
const Text = Type.String({ maxLength: 50_000 })

/** In the past or the future by the caller's clock, which PostgreSQL and JavaScript can store. */
const Time = Type.String({ format: 'date-time', maxLength: 40 })

export const FinUser = named(
  'fin_agent_user',
  Type.Object({
    id: Type.Optional(Nullable(Id)),
    name: Type.Optional(Nullable(Type.String({ maxLength: 255 }))),
    email: Type.Optional(Nullable(Type.String({ maxLength: 254 }))),
    attributes: Type.Optional(Attributes),
  }),
)
export type FinUser = Static<typeof FinUser>

export const FinMessage = named(
  'fin_agent_message',
  Type.Object({
    author: Type.Enum(['user', 'agent', 'fin']),
    body: Text,
    timestamp: Type.Optional(Time),
    timestamp_ms: Type.Optional(Time),
  }),
)
export type FinMessage = Static<typeof FinMessage>

export const FinAttachment = named(
  'fin_agent_attachment',
  Type.Object({
    type: Type.Enum(['url', 'file']),
    url: Type.Optional(Type.String({ maxLength: 2_048 })),
    name: Type.Optional(Type.String({ maxLength: 255 })),
    content_type: Type.Optional(Type.String({ maxLength: 255 })),
    data: Type.Optional(Type.String({ description: 'Base64.' })),
  }),
)
export type FinAttachment = Static<typeof FinAttachment>

const FinSettings = named('fin_agent_settings', Some({ follow_up_questions: Type.Boolean(), email: Type.Boolean() }))

const ConversationId = Type.Optional(Nullable(Id))

const FinMetadata = named(
  'fin_agent_conversation_metadata',
  Some({ history: Type.Array(FinMessage), attributes: Attributes }),
)

export const StartRequest = named(
  'fin_start_request',
  Type.Object({
    conversation_id: ConversationId,
    message: FinMessage,
    user: FinUser,
    conversation_metadata: Type.Optional(FinMetadata),
    attachments: Type.Optional(Type.Array(FinAttachment)),
    settings: Type.Optional(FinSettings),
  }),
)
export type StartRequest = Static<typeof StartRequest>

export const RunRequest = named(
  'fin_run_request',
  Type.Object({
    conversation_id: ConversationId,
    message: Type.Optional(FinMessage),
    user: FinUser,
    conversation_metadata: Type.Optional(Some({ attributes: Attributes })),
    settings: Type.Optional(Some({ email: Type.Boolean() })),
  }),
)
export type RunRequest = Static<typeof RunRequest>

export const CapabilitiesRequest = named('fin_capabilities_request', Type.Object({ user: FinUser }))

export const EscalateRequest = named(
  'fin_escalate_request',
  Some({
    conversation_id: Nullable(Id),
    user: FinUser,
    message: Type.String({ maxLength: 10_000 }),
    context: Type.String({ maxLength: 10_000 }),
  }),
)
export type EscalateRequest = Static<typeof EscalateRequest>

/** `rating` is checked by its verb, because a wrong one has an error of its own. */
export const CsatRequest = named(
  'fin_csat_request',
  Type.Object({
    conversation_id: ConversationId,
    rating: Type.Optional(Type.Unknown()),
    remark: Type.Optional(Nullable(Type.String({ maxLength: 10_000 }))),
  }),
)
export type CsatRequest = Static<typeof CsatRequest>

export const RATINGS = ['terrible', 'bad', 'ok', 'good', 'amazing'] as const

const AttributeErrors = named(
  'fin_attribute_errors',
  Type.Object({ attributes: Type.Record(Type.String(), Type.String()) }),
)

const Session = {
  conversation_id: Type.String(),
  user_id: Type.String(),
  status: Type.Enum(['thinking', 'awaiting_user_reply', 'escalated', 'resolved', 'complete']),
  created_at_ms: Type.String({ examples: ['2025-01-24T10:00:00.123Z'] }),
  sse_subscription_url: Type.String(),
  errors: Type.Optional(
    named('fin_agent_attribute_errors', Some({ user: AttributeErrors, conversation: AttributeErrors })),
  ),
}
export type AttributeErrors = NonNullable<Static<typeof FinSession>['errors']>

export const FinSession = named('fin_session', Type.Object(Session))
export const ProcedureSession = named('fin_procedure_session', Type.Object({ ...Session, procedure_id: Type.String() }))

export const Escalated = named(
  'fin_escalated',
  Type.Object({
    conversation_id: Type.Optional(Type.String()),
    intercom_conversation_id: Type.Optional(Type.String()),
    sse_subscription_url: Type.Optional(Type.String()),
    status: Type.Literal('escalated'),
  }),
)

export const Rated = named(
  'fin_rated',
  Type.Object({ conversation_id: Type.String(), rating: Type.Enum([...RATINGS]), status: Type.Literal('rated') }),
)

export const Capability = named(
  'fin_capability',
  Type.Object({
    type: Type.Enum(['procedure', 'reply', 'ask']),
    id: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    description: Type.String(),
    endpoint: Type.String(),
    method: Type.Literal('POST'),
  }),
)
export const Capabilities = named(
  'fin_capabilities',
  Type.Object({ version: Type.String(), capabilities: Type.Array(Capability) }),
)
