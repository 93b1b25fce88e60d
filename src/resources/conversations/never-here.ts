// What conversations have at Intercom and nothing here makes: described, so that clients know the shapes.
import { Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'

/** What Intercom finds by itself in what contacts write: nothing here does. */
export const AiTopics = named(
  'ai_topics',
  Type.Object({
    type: Type.Literal('ai_topics'),
    topics: Type.Array(
      Type.Object({
        type: Type.Literal('ai_topic'),
        topic_name: Type.String(),
        subtopics: Type.Array(
          Type.Object({ type: Type.Literal('ai_subtopic'), name: Type.String(), id: Type.Integer() }),
        ),
      }),
    ),
  }),
)

/** Intercom's agent for sales: there is none here. */
export const SalesAgent = named(
  'sales_agent',
  Type.Object({
    outcome: Nullable(Type.String()),
    routing_outcome: Nullable(Type.String()),
    collected_data: Nullable(Type.Record(Type.String(), Type.String())),
  }),
)

const Time = Nullable(Type.Integer())

const MonitorEvaluation = named(
  'conversation_monitor_evaluation',
  Type.Object({
    monitor_id: Type.String(),
    monitor_name: Nullable(Type.String()),
    monitor_type: Nullable(Type.String()),
    result: Type.String(),
    explanation: Nullable(Type.String()),
    evaluated_at: Time,
  }),
)

const Evaluator = Type.Object({
  evaluator_id: Type.String(),
  result: Nullable(
    Type.Object({
      value: Type.Unknown(),
      source: Nullable(Type.String()),
      reasoning: Nullable(Type.String()),
      reason_ids: Type.Array(Type.String()),
      other_text: Nullable(Type.String()),
    }),
  ),
})

const Scorecard = named(
  'conversation_scorecard',
  Type.Object({
    scorecard_id: Type.String(),
    scorecard_version_id: Type.String(),
    name: Type.String(),
    scorecard_type: Type.String(),
    passed: Nullable(Type.Boolean()),
    score: Nullable(Type.Number()),
    ai_score: Nullable(Type.Number()),
    evaluated_at: Time,
    reviewed_teammate: Nullable(Type.Object({ type: Type.String(), admin_id: Nullable(Type.String()) })),
    evaluators: Type.Array(Evaluator),
  }),
)

/** A record of another help desk that a conversation comes from. */
export const ExternalReference = named(
  'conversation_external_reference',
  Type.Object({
    type: Type.Enum([
      ...['zendesk_ticket', 'zendesk_sunshine_conversation', 'salesforce_case', 'freshdesk_ticket'],
      ...['salesforce_in_app_message_conversation', 'freshchat_conversation', 'hubspot_conversation'],
      ...['custom_helpdesk_conversation', 'api_conversation'],
    ]),
    id: Type.String(),
  }),
)

/** With `include_monitors` and `include_scorecards`: empty lists. */
export const QUALITY = {
  monitor_evaluations: Type.Optional(Type.Array(MonitorEvaluation)),
  scorecards: Type.Optional(Type.Array(Scorecard)),
}
