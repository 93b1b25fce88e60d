// The state machine: the outcome of each action on an open, a closed and a snoozed conversation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationRow } from '../queries.ts'
import { type Outcome, outcomeOf } from './outcome.ts'

const BEGUN = new Date('2026-03-01T10:00:00Z')
const NOW = new Date('2026-03-01T10:01:30Z')
const LATER = new Date('2026-03-02T10:00:00Z')

type State = ConversationRow['state']
const STATES: State[] = ['open', 'closed', 'snoozed']

const row = (state: State, columns: Partial<ConversationRow> = {}): ConversationRow =>
  ({
    state,
    snoozed_until: state === 'snoozed' ? LATER : null,
    waiting_since: null,
    read: true,
    first_contact_reply_at: BEGUN,
    count_reopens: 0,
    count_assignments: 0,
    count_conversation_parts: 0,
    reply_times: [],
    admin_assignee_id: null,
    team_assignee_id: null,
    last_assignment_at: null,
    ticket_type_id: null,
    ...columns,
  }) as unknown as ConversationRow

/** Returns the outcome of the action in each state: `part → state`, or the message of its refusal. */
const table = (act: (row: ConversationRow) => Outcome) =>
  Object.fromEntries(
    STATES.map((state) => {
      try {
        const { part_type, patch } = act(row(state))
        return [state, `${part_type} → ${patch.state ?? state}`]
      } catch (error) {
        return [state, (error as Error).message]
      }
    }),
  )

/** The action adds the part and leaves the state. */
const stays = (part: string) => Object.fromEntries(STATES.map((state) => [state, `${part} → ${state}`]))

test('closing a closed conversation, opening an open one and assigning to its assignee are refused', () => {
  for (const act of [
    () => outcomeOf(row('closed'), 'admin_closes', { at: NOW, closed_by: '1' }),
    () => outcomeOf(row('open'), 'admin_opens', {}),
    () =>
      outcomeOf(row('open', { admin_assignee_id: '1' }), 'admin_assigns', {
        at: NOW,
        assignee: { type: 'admin', id: '1' },
      }),
    () =>
      outcomeOf(row('open', { team_assignee_id: '7' }), 'admin_assigns', {
        at: NOW,
        assignee: { type: 'team', id: '7' },
      }),
  ]) {
    assert.throws(act, { status: 422, code: 'parameter_invalid' })
  }
})

test('every action has its part and its next state in every state', () => {
  const admin = { type: 'admin', id: '1' } as const
  assert.deepEqual(
    {
      contact: table((row) => outcomeOf(row, 'contact_writes', { at: NOW, source_type: 'email' })),
      comment: table((row) => outcomeOf(row, 'admin_comments', { at: NOW })),
      quietly: table((row) => outcomeOf(row, 'admin_comments', { at: NOW, keeps_snoozed: true })),
      quick: table((row) => outcomeOf(row, 'admin_offers_quick_replies', { at: NOW })),
      note: table((row) => outcomeOf(row, 'admin_notes', {})),
      close: table((row) => outcomeOf(row, 'admin_closes', { at: NOW, closed_by: '1' })),
      open: table((row) => outcomeOf(row, 'admin_opens', {})),
      snooze: table((row) => outcomeOf(row, 'admin_snoozes', { until: LATER })),
      assign: table((row) => outcomeOf(row, 'admin_assigns', { at: NOW, assignee: admin })),
      unassign: table((row) => outcomeOf(row, 'admin_unassigns', { at: NOW, from: 'admin' })),
      join: table((row) => outcomeOf(row, 'contact_joins', {})),
      priority: table((row) => outcomeOf(row, 'priority_changes', { priority: 'high' })),
      attribute: table((row) => outcomeOf(row, 'attribute_changes', {})),
      away: table((row) => outcomeOf(row, 'away_mode_unassigns', { from: 'admin' })),
      call: table((row) => outcomeOf(row, 'call_ends', {})),
      in_turn: table((row) => outcomeOf(row, 'round_robin_assigns', { at: NOW, assignee: admin })),
      by_load: table((row) => outcomeOf(row, 'load_balancing_assigns', { at: NOW, assignee: admin })),
      sla_by_rule: table((row) => outcomeOf(row, 'rule_applies_sla', {})),
      sla_by_workflow: table((row) => outcomeOf(row, 'workflow_applies_sla', {})),
      sla_removed: table((row) => outcomeOf(row, 'sla_is_removed', {})),
      rating: table((row) => outcomeOf(row, 'contact_rates', {})),
      remark: table((row) => outcomeOf(row, 'contact_remarks', {})),
      newer: table((row) => outcomeOf(row, 'newer_conversation_closes', { at: NOW, closed_by: null })),
    },
    {
      contact: { open: 'comment → open', closed: 'open → open', snoozed: 'comment → open' },
      comment: { open: 'comment → open', closed: 'comment → closed', snoozed: 'comment → open' },
      quietly: { open: 'comment → open', closed: 'comment → closed', snoozed: 'comment → snoozed' },
      quick: { open: 'quick_reply → open', closed: 'quick_reply → closed', snoozed: 'quick_reply → open' },
      note: { open: 'note → open', closed: 'note → closed', snoozed: 'note → open' },
      close: { open: 'close → closed', closed: 'The conversation is already closed', snoozed: 'close → closed' },
      open: { open: 'The conversation is already open', closed: 'open → open', snoozed: 'open → open' },
      snooze: { open: 'snoozed → snoozed', closed: 'snoozed → snoozed', snoozed: 'snoozed → snoozed' },
      assign: { open: 'assignment → open', closed: 'assign_and_reopen → open', snoozed: 'assign_and_unsnooze → open' },
      unassign: { open: 'assignment → open', closed: 'assignment → closed', snoozed: 'assignment → snoozed' },
      join: stays('participant_added'),
      priority: stays('priority_changed'),
      attribute: stays('conversation_attribute_updated_by_admin'),
      away: stays('away_mode_assignment'),
      call: stays('call_summary'),
      in_turn: stays('default_assignment'),
      by_load: stays('balanced_assignment'),
      sla_by_rule: stays('conversation_sla_applied_by_rule'),
      sla_by_workflow: stays('conversation_sla_applied_by_workflow'),
      sla_removed: stays('conversation_sla_removed'),
      rating: stays('conversation_rating_changed'),
      remark: stays('conversation_rating_remark_added'),
      newer: { open: 'close → closed', closed: 'close → closed', snoozed: 'close → closed' },
    },
  )
})

test('every action that leaves the snoozed state clears snoozed_until', () => {
  const snoozed = row('snoozed')
  for (const { patch } of [
    outcomeOf(snoozed, 'contact_writes', { at: NOW, source_type: 'conversation' }),
    outcomeOf(snoozed, 'admin_comments', { at: NOW }),
    outcomeOf(snoozed, 'admin_notes', {}),
    outcomeOf(snoozed, 'admin_closes', { at: NOW, closed_by: '1' }),
    outcomeOf(snoozed, 'admin_opens', {}),
    outcomeOf(snoozed, 'admin_assigns', { at: NOW, assignee: { type: 'team', id: '7' } }),
  ]) {
    assert.equal(patch.snoozed_until, null)
  }
})

test('a contact waits from the first message without an answer', () => {
  const waiting = row('open', { waiting_since: BEGUN })
  assert.equal(
    outcomeOf(row('open'), 'contact_writes', { at: NOW, source_type: 'conversation' }).patch.waiting_since,
    NOW,
  )
  assert.equal(
    outcomeOf(waiting, 'contact_writes', { at: NOW, source_type: 'conversation' }).patch.waiting_since,
    BEGUN,
  )
  assert.equal(
    outcomeOf(row('closed', { waiting_since: BEGUN }), 'contact_writes', { at: NOW, source_type: 'x' }).patch
      .waiting_since,
    NOW,
  )
  assert.equal(outcomeOf(waiting, 'admin_comments', { at: NOW }).patch.waiting_since, null)
  assert.equal(
    outcomeOf(waiting, 'admin_closes', { at: NOW, closed_by: '1', has_body: true }).patch.waiting_since,
    null,
  )
  assert.ok(!('waiting_since' in outcomeOf(waiting, 'admin_notes', {}).patch))
  assert.ok(!('waiting_since' in outcomeOf(waiting, 'admin_closes', { at: NOW, closed_by: '1' }).patch))
})

test('a contact who writes makes the conversation unread, and only the first message counts as the first', () => {
  const { patch } = outcomeOf(row('open', { first_contact_reply_at: null }), 'contact_writes', {
    at: NOW,
    source_type: 'email',
  })
  assert.equal(patch.read, false)
  assert.equal(patch.first_contact_reply_at, NOW)
  assert.equal(patch.first_contact_reply_type, 'email')
  assert.equal(
    outcomeOf(row('open'), 'contact_writes', { at: NOW, source_type: 'sms' }).patch.first_contact_reply_at,
    BEGUN,
  )
})

test('reopening counts once a contact has written', () => {
  assert.equal(outcomeOf(row('closed'), 'contact_writes', { at: NOW, source_type: 'x' }).patch.count_reopens, 1)
  assert.equal(outcomeOf(row('closed', { count_reopens: 2 }), 'admin_opens', {}).patch.count_reopens, 3)
  assert.equal(outcomeOf(row('snoozed'), 'admin_opens', {}).patch.count_reopens, undefined)
  assert.equal(
    outcomeOf(row('closed', { first_contact_reply_at: null }), 'contact_writes', { at: NOW, source_type: 'x' }).patch
      .count_reopens,
    0,
  )
})

test('an answer to a waiting contact adds the reply time', () => {
  assert.deepEqual(
    outcomeOf(row('open', { waiting_since: BEGUN }), 'admin_comments', { at: NOW }).patch.reply_times,
    [90],
  )
  assert.equal(outcomeOf(row('open'), 'admin_comments', { at: NOW }).patch.reply_times, undefined)
})

test('an assignment sets the admin or the team and leaves the other', () => {
  const assigned = outcomeOf(row('open', { admin_assignee_id: '1' }), 'admin_assigns', {
    at: NOW,
    assignee: { type: 'team', id: '7' },
  }).patch
  assert.equal(assigned.team_assignee_id, '7')
  assert.ok(!('admin_assignee_id' in assigned))
  assert.deepEqual(outcomeOf(row('open'), 'admin_unassigns', { at: NOW, from: 'team' }).patch, {
    team_assignee_id: null,
  })
})

test('unsnoozing has its own event besides that of the action', () => {
  assert.deepEqual(outcomeOf(row('snoozed'), 'admin_comments', { at: NOW }).topics, [
    'conversation.admin.replied',
    'conversation.admin.unsnoozed',
  ])
  assert.deepEqual(outcomeOf(row('open'), 'admin_notes', {}).topics, ['conversation.admin.noted'])
  assert.deepEqual(
    outcomeOf(row('closed'), 'admin_assigns', { at: NOW, assignee: { type: 'admin', id: '1' } }).topics,
    ['conversation.admin.assigned', 'conversation.admin.open.assigned', 'conversation.admin.opened'],
  )
})
