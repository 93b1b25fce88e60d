// The datasets of reporting exports: which rows they have, and the SQL of their attributes, as text for COPY.
import { literal } from '#db/copy.ts'

/** `workspace_id` and `timezone` are literals of SQL. */
export type Scope = { workspace_id: string; timezone: string }

export type Attribute = { prefix: string; id: string; name: string; sql: (scope: Scope) => string }

/** Which custom attributes a dataset has: of a contact, a company, a conversation, a ticket. */
export type CustomModel = 'people' | 'company' | 'conversation' | 'ticket'

export type Dataset = {
  id: string
  name: string
  description: string
  default_time_attribute_id: string
  /** Its table; each row is called `main`. */
  table: string
  /** A condition on the rows. */
  rows: string
  /** The column, a bigint, by which the table is read in chunks. */
  chunked_by: string
  /** The time by which rows are chosen. */
  time: string
  attributes: readonly Attribute[]
  custom: readonly CustomModel[]
}

type Sql = string | ((scope: Scope) => string)
const sqlOf = (sql: Sql) => (typeof sql === 'string' ? () => sql : sql)

const attribute =
  (prefix: string) =>
  (id: string, name: string, sql: Sql): Attribute => ({ prefix, id, name, sql: sqlOf(sql) })

const standard = attribute('standard')
const seconds = attribute('duration')

/** In the time zone of the workspace. */
const timestamp = (id: string, name: string, column: string): Attribute => ({
  ...{ prefix: 'timestamp', id, name },
  sql: ({ timezone }) => localTime(column, timezone),
})

/** Returns the SQL of a time as it is read in the time zone, a literal. */
export const localTime = (column: string, timezone: string): string =>
  `to_char(${column} at time zone ${timezone}, 'YYYY-MM-DD HH24:MI:SS')`

const named = (prefix: string, table: string) => (id: string, name: string, column: string) => ({
  ...{ prefix, id, name },
  sql: ({ workspace_id }: Scope) =>
    `coalesce((select named.name from ${table} named
      where named.workspace_id = ${workspace_id} and named.id = ${column}), 'Unassigned')`,
})
const teammate = named('teammate', 'admins')
const team = named('team', 'teams')

const STATE = 'initcap(main.state)'
const CHANNEL = `case main.source_type when 'conversation' then 'Chat' when 'email' then 'Email' when 'sms' then 'SMS'
  when 'whatsapp' then 'WhatsApp' else initcap(main.source_type) end`

/** The contact who joined first. */
const CONTACT = ({ workspace_id }: Scope) => `(
  select contact_id from conversation_contacts joined
  where joined.workspace_id = ${workspace_id} and joined.conversation_id = main.id order by joined_at, contact_id limit 1)`

/** The id of the contact, of whom `people` are attributes. */
export const contactOf = (dataset: Dataset, scope: Scope): string =>
  dataset.table === 'conversations' ? CONTACT(scope) : 'main.contact_id'

const TEAMMATES = [
  teammate('currently_assigned_teammate_id', 'Teammate currently assigned', 'main.admin_assignee_id'),
  team('currently_assigned_team_id', 'Team currently assigned', 'main.team_assignee_id'),
]

const AUTHOR = ({ workspace_id }: Scope) => `case main.author_type
  when 'admin' then (select named.name from admins named
    where named.workspace_id = ${workspace_id} and named.id::text = main.author_id)
  when 'bot' then 'Bot' else initcap(main.author_type) end`

const author = (): Attribute => ({ prefix: 'teammate', id: 'teammate_id', name: 'Teammate', sql: AUTHOR })

const ofPart = [
  standard('action_id', 'Action ID', 'main.id'),
  standard('conversation_id', 'Conversation ID', 'main.conversation_id'),
]

/** Changes within a category are left out: both have the same words. */
const leavesState = (part: string) =>
  `(${part}.ticket_change ->> 'ticket_state' <> ${part}.ticket_change ->> 'previous_ticket_state')`

/** The time at which the state before a part began: the last change of it, or the creation of the ticket. */
const ENTERED = ({ workspace_id }: Scope) => `coalesce(
  (select max(earlier.created_at) from conversation_parts earlier
    where earlier.workspace_id = ${workspace_id} and earlier.conversation_id = main.conversation_id
      and ${leavesState('earlier')} and (earlier.created_at, earlier.id) < (main.created_at, main.id)),
  (select ticket.created_at from conversations ticket
    where ticket.workspace_id = ${workspace_id} and ticket.id = main.conversation_id))`

const CATEGORIES = `case %s when 'submitted' then 'Submitted' when 'in_progress' then 'In progress'
  when 'waiting_on_customer' then 'Waiting on customer' when 'resolved' then 'Resolved' end`

export const DATASETS: readonly Dataset[] = [
  {
    ...{ id: 'conversation', name: 'Conversation', description: 'Conversations: state, channel, assignees, times.' },
    default_time_attribute_id: 'conversation_started_at',
    ...{ table: 'conversations', rows: 'main.side_of is null and main.ticket_type_id is null' },
    ...{ chunked_by: 'main.id', time: 'main.created_at', custom: ['people', 'company', 'conversation'] },
    attributes: [
      standard('conversation_id', 'Conversation ID', 'main.id'),
      standard('current_conversation_state', 'Current conversation state', STATE),
      standard('channel', 'Channel', CHANNEL),
      standard('conversation_title', 'Title', 'main.title'),
      standard('priority', 'Priority', 'initcap(main.priority)'),
      standard('user_id', 'User ID', CONTACT),
      standard('reopens_count', 'Reopens', 'main.count_reopens'),
      standard('assignments_count', 'Assignments', 'main.count_assignments'),
      standard('parts_count', 'Parts', 'main.count_conversation_parts'),
      timestamp('conversation_started_at', 'Conversation started at', 'main.created_at'),
      timestamp('conversation_updated_at', 'Conversation updated at', 'main.updated_at'),
      timestamp('first_teammate_reply_at', 'First teammate reply at', 'main.first_admin_reply_at'),
      timestamp('first_user_reply_at', 'First user reply at', 'main.first_contact_reply_at'),
      timestamp('first_assigned_at', 'First assigned at', 'main.first_assignment_at'),
      timestamp('first_closed_at', 'First closed at', 'main.first_close_at'),
      timestamp('last_closed_at', 'Last closed at', 'main.last_close_at'),
      ...TEAMMATES,
      teammate('last_closing_teammate_id', 'Teammate who closed it last', 'main.last_closed_by_id'),
      seconds('first_response_time', 'First response time', 'main.time_to_admin_reply'),
      seconds('time_to_first_assignment', 'Time to first assignment', 'main.time_to_assignment'),
      seconds('time_to_first_close', 'Time to first close', 'main.time_to_first_close'),
      seconds('time_to_last_close', 'Time to last close', 'main.time_to_last_close'),
      seconds('adjusted_handling_time', 'Adjusted handling time', 'main.adjusted_handling_time'),
    ],
  },
  {
    ...{ id: 'tickets', name: 'Tickets', description: 'Tickets: type, state, assignees, times.' },
    default_time_attribute_id: 'ticket_created_at',
    ...{ table: 'conversations', rows: 'main.ticket_type_id is not null' },
    ...{ chunked_by: 'main.id', time: 'main.created_at', custom: ['people', 'company', 'ticket'] },
    attributes: [
      standard('ticket_id', 'Ticket ID', 'main.ticket_number'),
      standard('conversation_id', 'Conversation ID', 'main.id'),
      standard('user_id', 'User ID', CONTACT),
      standard(
        'ticket_type',
        'Ticket type',
        ({ workspace_id }) => `(select types.name from ticket_types types
          where types.workspace_id = ${workspace_id} and types.id = main.ticket_type_id)`,
      ),
      standard(
        'current_ticket_state',
        'Current ticket state',
        ({ workspace_id }) => `(select states.internal_label from ticket_states states
          where states.workspace_id = ${workspace_id} and states.id = main.ticket_state_id)`,
      ),
      timestamp('ticket_created_at', 'Ticket created at', 'main.created_at'),
      timestamp('ticket_updated_at', 'Ticket updated at', 'main.updated_at'),
      ...TEAMMATES,
    ],
  },
  {
    ...{
      id: 'ticket_time_in_state',
      name: 'Ticket time in state',
      description: 'How long tickets had the states that they left.',
    },
    default_time_attribute_id: 'state_left_at',
    ...{ table: 'conversation_parts', rows: leavesState('main') },
    ...{ chunked_by: 'main.id', time: 'main.created_at', custom: [] },
    attributes: [
      standard('conversation_id', 'Conversation ID', 'main.conversation_id'),
      standard(
        'ticket_state',
        'Ticket state',
        CATEGORIES.replace('%s', "main.ticket_change ->> 'previous_ticket_state'"),
      ),
      standard(
        'next_ticket_state',
        'Next ticket state',
        CATEGORIES.replace('%s', "main.ticket_change ->> 'ticket_state'"),
      ),
      attribute('timestamp')('state_entered_at', 'State entered at', (scope) =>
        localTime(ENTERED(scope), scope.timezone),
      ),
      timestamp('state_left_at', 'State left at', 'main.created_at'),
      seconds(
        'time_in_state',
        'Time in state',
        (scope) => `floor(extract(epoch from main.created_at - ${ENTERED(scope)}))::bigint`,
      ),
    ],
  },
  {
    ...{
      id: 'consolidated_conversation_part',
      name: 'Conversation actions',
      description: 'What was done in conversations and tickets.',
    },
    default_time_attribute_id: 'action_at',
    ...{ table: 'conversation_parts', rows: 'true' },
    ...{ chunked_by: 'main.id', time: 'main.created_at', custom: [] },
    attributes: [
      ...ofPart,
      standard('action_type', 'Action', 'main.part_type'),
      standard('author_type', 'Author', 'initcap(main.author_type)'),
      timestamp('action_at', 'Action at', 'main.created_at'),
      author(),
    ],
  },
  {
    ...{
      id: 'conversation_rating_sent',
      name: 'Conversation rating requests',
      description: 'Requests for ratings, and the answers.',
    },
    default_time_attribute_id: 'conversation_rating_sent_at',
    ...{ table: 'conversation_ratings', rows: 'true' },
    ...{ chunked_by: 'main.conversation_id', time: 'main.requested_at', custom: ['people'] },
    attributes: [
      attribute('conversation-rating-sent')('rating_id', 'Rating ID', 'main.id'),
      standard('conversation_id', 'Conversation ID', 'main.conversation_id'),
      standard('user_id', 'User ID', 'main.contact_id'),
      attribute('conversation-rating-sent')('rating', 'Rating', 'main.rating'),
      attribute('conversation-rating-sent')('remark', 'Remark', 'main.remark'),
      timestamp('conversation_rating_sent_at', 'Rating requested at', 'main.requested_at'),
      timestamp('conversation_rated_at', 'Rated at', 'main.replied_at'),
      teammate('rated_teammate_id', 'Teammate rated', 'main.teammate_id'),
    ],
  },
  {
    ...{
      id: 'conversation_sla_status_log',
      name: 'SLA status log',
      description: 'When SLAs were applied, missed, paused and removed.',
    },
    default_time_attribute_id: 'sla_changed_at',
    ...{ table: 'conversation_parts', rows: "main.part_type like 'conversation_sla_%'" },
    ...{ chunked_by: 'main.id', time: 'main.created_at', custom: [] },
    attributes: [
      ...ofPart,
      standard('sla_change', 'Change', "replace(main.part_type, 'conversation_sla_', '')"),
      standard('sla_name', 'SLA', "main.event_details ->> 'sla_name'"),
      standard('sla_target', 'Target', "main.event_details ->> 'sla_target_type'"),
      standard('sla_status', 'Status', "main.event_details ->> 'current_sla_status'"),
      timestamp('sla_changed_at', 'SLA changed at', 'main.created_at'),
    ],
  },
  {
    ...{ id: 'call', name: 'Calls', description: 'Phone calls: direction, state, times.' },
    default_time_attribute_id: 'call_initiated_at',
    ...{ table: 'calls', rows: 'true', chunked_by: 'main.id', time: 'main.initiated_at', custom: ['people'] },
    attributes: [
      attribute('call')('call_id', 'Call ID', 'main.id'),
      standard('conversation_id', 'Conversation ID', 'main.conversation_id'),
      standard('user_id', 'User ID', 'main.contact_id'),
      attribute('call')('direction', 'Direction', 'initcap(main.direction)'),
      attribute('call')('state', 'State', 'initcap(main.state)'),
      attribute('call')('ended_reason', 'Reason of the end', 'main.ended_reason'),
      attribute('call')('phone', 'Phone', 'main.phone'),
      timestamp('call_initiated_at', 'Call initiated at', 'main.initiated_at'),
      timestamp('call_answered_at', 'Call answered at', 'main.answered_at'),
      timestamp('call_ended_at', 'Call ended at', 'main.ended_at'),
      teammate('teammate_id', 'Teammate', 'main.admin_id'),
      seconds('queue_time', 'Queue time', 'main.queue_time'),
      seconds('hold_time', 'Hold time', 'main.hold_time'),
    ],
  },
  {
    ...{
      id: 'admin_status_change',
      name: 'Teammate status changes',
      description: 'When teammates went away and came back.',
    },
    default_time_attribute_id: 'status_changed_at',
    ...{ table: 'activity_logs', rows: "main.activity_type = 'admin_away_mode_change'" },
    ...{ chunked_by: 'main.id', time: 'main.created_at', custom: [] },
    attributes: [
      standard('status', 'Status', "case main.metadata ->> 'away_mode' when 'true' then 'Away' else 'Active' end"),
      standard('away_reason', 'Away reason', "main.metadata ->> 'away_status_reason'"),
      timestamp('status_changed_at', 'Status changed at', 'main.created_at'),
      {
        ...{ prefix: 'teammate', id: 'teammate_id', name: 'Teammate' },
        // Of another teammate, the log has the name.
        sql: ({ workspace_id }) => `coalesce(
          substring(main.description from ${literal("turned (?:on|off) (.+)'s away mode")}),
          (select named.name from admins named where named.workspace_id = ${workspace_id} and named.id = main.admin_id))`,
      },
      teammate('changed_by_teammate_id', 'Changed by', 'main.admin_id'),
    ],
  },
]
