// What a workflow does in a conversation, as the bot of the workspace: rows of the state machine. A workflow leaves out actions that
// would change nothing.
import type { Transition } from './transition.ts'

export const WORKFLOW_TRANSITIONS = {
  workflow_replies: {
    refused_if_merged: true,
    part: 'comment',
    effects: ['bot_answered'],
    topics: ['conversation.operator.replied'],
  },
  workflow_offers_quick_replies: {
    refused_if_merged: true,
    part: 'quick_reply',
    effects: ['bot_answered'],
    topics: ['conversation.operator.replied'],
  },
  workflow_asks_attribute: {
    refused_if_merged: true,
    part: 'attribute_collector',
    effects: ['bot_answered'],
    topics: ['conversation.operator.replied'],
  },
  workflow_notes: { part: 'note', topics: ['conversation.admin.noted'] },
  workflow_assigns: {
    refused_if_merged: true,
    part: 'workflow_assignment',
    effects: ['assigned'],
    topics: ['conversation.admin.assigned'],
    topics_from: { open: ['conversation.admin.open.assigned'] },
  },
  workflow_unassigns: {
    refused_if_merged: true,
    part: 'workflow_assignment',
    effects: ['unassigned'],
    topics: ['conversation.admin.assigned'],
  },
  workflow_closes: { part: 'close', state: 'closed', effects: ['closed'], topics: ['conversation.admin.closed'] },
  workflow_opens: {
    refused_if_merged: true,
    part: 'open',
    state: 'open',
    topics: ['conversation.admin.opened'],
    topics_from: { snoozed: ['conversation.admin.unsnoozed'] },
  },
  workflow_snoozes: {
    refused_if_merged: true,
    part: 'snoozed',
    state: 'snoozed',
    effects: ['snoozed_until'],
    topics: ['conversation.admin.snoozed'],
  },
  workflow_sets_priority: {
    part: 'priority_changed_by_rule',
    effects: ['priority'],
    topics: ['conversation.priority.updated'],
  },
  workflow_sets_attribute: { part: 'conversation_attribute_updated_by_workflow', topics: [] },
  workflow_tags: { part: 'conversation_tags_updated', topics: [] },
  workflow_ends_wait: { part: 'operator_workflow_event', topics: [] },
  workflow_starts_connector: { part: 'custom_action_started', topics: [] },
  workflow_finishes_connector: { part: 'custom_action_finished', topics: [] },
  /** The contact answers the question of a workflow in a form, not in a message. */
  contact_gives_attribute: {
    part: 'attribute_collected',
    state: 'open',
    effects: ['becomes_unread', 'contact_waits', 'contact_replied'],
    topics: ['conversation.user.replied'],
  },
} as const satisfies Record<string, Transition>
