// The state machine of conversations as one table. A row is an action: the part that it leaves, the state that follows, what
// else it changes, the topics of its events, and where it is refused. `outcome.ts` reads the table, `record.ts` writes.
import type { Transition } from './transition.ts'
import { WORKFLOW_TRANSITIONS } from './workflow-transitions.ts'

const ASSIGNED = { admin: ['ticket.admin.assigned'], team: ['ticket.team.assigned'] } as const

export const TRANSITIONS = {
  ...WORKFLOW_TRANSITIONS,

  contact_writes: {
    part: { open: 'comment', closed: 'open', snoozed: 'comment' },
    state: 'open',
    effects: ['becomes_unread', 'contact_waits', 'contact_replied'],
    topics: ['conversation.user.replied'],
    ticket: { part: 'comment', topics: ['ticket.contact.replied'] },
  },
  contact_joins: {
    part: 'participant_added',
    topics: ['conversation.contact.attached'],
    ticket: { topics: ['ticket.contact.attached'] },
  },

  contact_leaves: {
    part: 'participant_removed',
    topics: ['conversation.contact.detached'],
    ticket: { topics: ['ticket.contact.detached'] },
  },

  admin_comments: {
    refused_if_merged: true,
    part: 'comment',
    state: { snoozed: 'open' },
    effects: ['contact_answered'],
    topics: ['conversation.admin.replied'],
    topics_from: { snoozed: ['conversation.admin.unsnoozed'] },
    ticket: { topics: ['ticket.admin.replied'] },
  },
  admin_offers_quick_replies: {
    refused_if_merged: true,
    part: 'quick_reply',
    state: { snoozed: 'open' },
    effects: ['contact_answered'],
    topics: ['conversation.admin.replied'],
    topics_from: { snoozed: ['conversation.admin.unsnoozed'] },
    ticket: { topics: ['ticket.admin.replied'] },
  },
  admin_notes: {
    part: 'note',
    state: { snoozed: 'open' },
    topics: ['conversation.admin.noted'],
    topics_from: { snoozed: ['conversation.admin.unsnoozed'] },
    ticket: { topics: ['ticket.note.created'] },
  },

  admin_closes: {
    part: 'close',
    state: 'closed',
    effects: ['closed'],
    effects_with_body: ['contact_answered'],
    topics: ['conversation.admin.closed'],
    refused: { closed: 'The conversation is already closed' },
    ticket: { topics: ['ticket.closed'], topics_with_body: ['ticket.admin.replied'] },
  },
  admin_opens: {
    refused_if_merged: true,
    part: 'open',
    state: 'open',
    topics: ['conversation.admin.opened'],
    topics_from: { snoozed: ['conversation.admin.unsnoozed'] },
    refused: { open: 'The conversation is already open' },
  },
  admin_snoozes: {
    refused_if_merged: true,
    part: 'snoozed',
    state: 'snoozed',
    effects: ['snoozed_until'],
    topics: ['conversation.admin.snoozed'],
  },

  admin_assigns: {
    refused_if_merged: true,
    part: { open: 'assignment', closed: 'assign_and_reopen', snoozed: 'assign_and_unsnooze' },
    state: 'open',
    effects: ['assigned'],
    effects_with_body: ['contact_answered'],
    topics: ['conversation.admin.assigned', 'conversation.admin.open.assigned'],
    topics_from: { closed: ['conversation.admin.opened'], snoozed: ['conversation.admin.unsnoozed'] },
    refused: {
      open: { if: 'has_assignee', message: 'The conversation is already assigned to the specified assignee' },
    },
    ticket: { part: 'assignment', topics: ASSIGNED, topics_with_body: ['ticket.admin.replied'] },
  },
  admin_unassigns: {
    refused_if_merged: true,
    part: 'assignment',
    effects: ['unassigned'],
    effects_with_body: ['contact_answered'],
    topics: ['conversation.admin.assigned'],
    ticket: { topics: ASSIGNED, topics_with_body: ['ticket.admin.replied'] },
  },
  /** Up to 2.11. */
  rules_assign: {
    part: 'default_assignment',
    topics: ['conversation.admin.assigned'],
    ticket: { topics: ['ticket.admin.assigned'] },
  },
  priority_changes: {
    part: 'priority_changed',
    effects: ['priority'],
    topics: ['conversation.priority.updated'],
  },
  attribute_changes: {
    part: 'conversation_attribute_updated_by_admin',
    topics: [],
  },

  /** A phone call about the conversation is over; the part has its summary. */
  call_ends: {
    part: 'call_summary',
    topics: [],
  },

  /** The assigned admin is away, and wants new replies to go to others. */
  away_mode_unassigns: {
    part: 'away_mode_assignment',
    effects: ['unassigned'],
    topics: ['conversation.admin.assigned'],
    ticket: { topics: ['ticket.admin.assigned'] },
  },
  /** The conversation goes to the member of its team who is next. */
  round_robin_assigns: {
    part: 'default_assignment',
    effects: ['assigned'],
    topics: ['conversation.admin.assigned', 'conversation.admin.open.assigned'],
    ticket: { topics: ['ticket.admin.assigned'] },
  },
  /** The conversation goes to the member of its team who has the fewest. */
  load_balancing_assigns: {
    part: 'balanced_assignment',
    effects: ['assigned'],
    topics: ['conversation.admin.assigned', 'conversation.admin.open.assigned'],
    ticket: { topics: ['ticket.admin.assigned'] },
  },
  /** The SLA of the team to which the conversation is assigned. */
  rule_applies_sla: { part: 'conversation_sla_applied_by_rule', topics: [] },
  workflow_applies_sla: { part: 'conversation_sla_applied_by_workflow', topics: [] },
  sla_is_removed: { part: 'conversation_sla_removed', topics: [] },

  contact_rates: {
    part: 'conversation_rating_changed',
    topics: ['conversation.rating.added'],
    ticket: { topics: ['ticket.rating.provided'] },
  },
  contact_remarks: { part: 'conversation_rating_remark_added', topics: [] },

  /** By SMS a contact has one conversation at a time: a new one closes the one before. */
  newer_conversation_closes: {
    part: 'close',
    state: 'closed',
    effects: ['closed'],
    topics: ['conversation.admin.closed'],
    ticket: { topics: ['ticket.closed'] },
  },
  merges_into_another: {
    part: 'merged_secondary_conversation',
    state: 'closed',
    effects: ['closed'],
    topics: ['conversation.admin.closed'],
    ticket: { topics: ['ticket.closed'] },
  },
  merges_when_closed: {
    part: 'merged_secondary_conversation',
    topics: [],
  },
  takes_over: {
    part: 'merged_primary_conversation',
    effects: ['takes_over_waiting'],
    topics: [],
  },
  /** A closed conversation takes over one that is not. */
  takes_over_open: {
    part: 'merged_primary_conversation',
    state: 'open',
    effects: ['takes_over_waiting'],
    topics: ['conversation.admin.opened'],
  },

  // Of tickets only. A change opens a closed ticket.
  ticket_is_created: {
    refused_if_merged: true,
    part: 'ticket_state_updated_by_admin',
    topics: [],
    ticket: { topics: ['ticket.created', 'ticket.state.updated'] },
  },
  ticket_state_changes: {
    refused_if_merged: true,
    part: 'ticket_state_updated_by_admin',
    state: { closed: 'open' },
    effects: ['ticket_state'],
    topics: [],
    ticket: { topics: ['ticket.state.updated'] },
  },
  ticket_is_resolved: {
    refused_if_merged: true,
    part: 'ticket_state_updated_by_admin',
    state: { closed: 'open' },
    effects: ['ticket_state'],
    topics: [],
    ticket: { topics: ['ticket.state.updated', 'ticket.resolved'] },
  },
  ticket_attribute_changes: {
    refused_if_merged: true,
    part: 'ticket_attribute_updated_by_admin',
    state: { closed: 'open' },
    topics: [],
    ticket: { topics: ['ticket.attribute.updated'] },
  },

  /** Many at a time, by one statement: see `queries.ts`. */
  timer_unsnoozes: {
    part: 'timer_unsnooze',
    state: 'open',
    topics: ['conversation.admin.unsnoozed'],
  },
} as const satisfies Record<string, Transition>

export type Action = keyof typeof TRANSITIONS
