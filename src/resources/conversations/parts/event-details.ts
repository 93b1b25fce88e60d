// What a part says about the event that it stands for. Each type of part has some of these.
import { Type } from 'typebox'
import { Nullable, named, Some } from '#http/types.ts'

const Text = Type.String()
const Name = Some({ name: Text })
const Seconds = Nullable(Type.Integer())
const Priority = Type.Enum(['none', 'low', 'medium', 'high', 'urgent'])

export const EventDetails = named(
  'event_details',
  Some({
    workflow: named('event_workflow', Name),
    attribute: named('event_attribute', Some({ name: Text })),
    value: named(
      'event_value',
      Some({ name: Text, previous: Nullable(Type.String({ description: 'Null if there was none.' })) }),
    ),
    action: named('event_action', Some({ name: Text, result: Type.Enum(['success', 'failed']) })),
    event: named('event_of_workflow', Some({ type: Text, result: Text })),
    tags_added: Type.Array(Text),
    tags_removed: Type.Array(Text),
    until: Text,
    custom_until_time: Nullable(Text),
    current_priority: Priority,
    previous_priority: Priority,
    sla_name: Text,
    sla_definition: named(
      'event_sla_definition',
      Some({
        first_reply_time: Seconds,
        next_reply_time: Seconds,
        resolution_time: Seconds,
        time_to_close: Seconds,
      }),
    ),
    sla_target_type: Type.Enum(['first_reply_time', 'next_reply_time', 'resolution_time', 'time_to_close']),
    current_sla_status: Type.Enum(['hit', 'missed', 'active', 'paused', 'canceled']),
    sla_states: Type.Record(Text, Type.Unknown()),
    call_id: Text,
    ticket: named('event_ticket', Some({ id: Text, ticket_id: Text })),
  }),
)
