// The state machine, act by act: what each makes of an open, a closed and a snoozed conversation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationRow } from '../queries.ts'
import * as acts from './transitions.ts'

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
    ...columns,
  }) as unknown as ConversationRow

/** What the act makes of each state: `part state`, or what it is refused with. */
const table = (act: (row: ConversationRow) => acts.Outcome) =>
  Object.fromEntries(
    STATES.map((state) => {
      try {
        const { part_type, change } = act(row(state))
        return [state, `${part_type} → ${change.state ?? state}`]
      } catch (error) {
        return [state, (error as Error).message]
      }
    }),
  )

test('closing a closed conversation, opening an open one and assigning to who has it are refused', () => {
  for (const act of [
    () => acts.adminCloses(row('closed'), NOW, '1'),
    () => acts.adminOpens(row('open')),
    () => acts.assigns(row('open', { admin_assignee_id: '1' }), NOW, { type: 'admin', id: '1' }),
    () => acts.assigns(row('open', { team_assignee_id: '7' }), NOW, { type: 'team', id: '7' }),
  ]) {
    assert.throws(act, { status: 422, code: 'parameter_invalid' })
  }
})

test('every act in every state leaves its part and its state', () => {
  const admin = { type: 'admin', id: '1' } as const
  assert.deepEqual(
    {
      contact: table((row) => acts.contactWrites(row, NOW, 'email')),
      comment: table((row) => acts.adminAnswers(row, NOW)),
      quietly: table((row) => acts.adminAnswers(row, NOW, { unsnooze: false })),
      quick: table((row) => acts.adminAnswers(row, NOW, { part_type: 'quick_reply' })),
      note: table((row) => acts.adminNotes(row)),
      close: table((row) => acts.adminCloses(row, NOW, '1')),
      open: table((row) => acts.adminOpens(row)),
      snooze: table(() => acts.adminSnoozes(LATER)),
      assign: table((row) => acts.assigns(row, NOW, admin)),
      unassign: table((row) => acts.unassigns(row, 'admin', NOW)),
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
    },
  )
})

test('whatever leaves the snoozed state forgets until when it was', () => {
  const snoozed = row('snoozed')
  for (const { change } of [
    acts.contactWrites(snoozed, NOW, 'conversation'),
    acts.adminAnswers(snoozed, NOW),
    acts.adminNotes(snoozed),
    acts.adminCloses(snoozed, NOW, '1'),
    acts.adminOpens(snoozed),
    acts.assigns(snoozed, NOW, { type: 'team', id: '7' }),
  ]) {
    assert.equal(change.snoozed_until, null)
  }
})

test('a contact waits from the first message that nobody answered', () => {
  const waiting = row('open', { waiting_since: BEGUN })
  assert.equal(acts.contactWrites(row('open'), NOW, 'conversation').change.waiting_since, NOW)
  assert.equal(acts.contactWrites(waiting, NOW, 'conversation').change.waiting_since, BEGUN)
  assert.equal(acts.contactWrites(row('closed', { waiting_since: BEGUN }), NOW, 'x').change.waiting_since, NOW)
  assert.equal(acts.adminAnswers(waiting, NOW).change.waiting_since, null)
  assert.equal(acts.adminCloses(waiting, NOW, '1', { answers: true }).change.waiting_since, null)
  assert.ok(!('waiting_since' in acts.adminNotes(waiting).change))
  assert.ok(!('waiting_since' in acts.adminCloses(waiting, NOW, '1').change))
})

test('a contact who writes makes the conversation unread, and only the first message counts as the first', () => {
  const { change } = acts.contactWrites(row('open', { first_contact_reply_at: null }), NOW, 'email')
  assert.equal(change.read, false)
  assert.equal(change.first_contact_reply_at, NOW)
  assert.equal(change.first_contact_reply_type, 'email')
  assert.equal(acts.contactWrites(row('open'), NOW, 'sms').change.first_contact_reply_at, BEGUN)
})

test('reopening counts once a contact has written', () => {
  assert.equal(acts.contactWrites(row('closed'), NOW, 'x').change.count_reopens, 1)
  assert.equal(acts.adminOpens(row('closed', { count_reopens: 2 })).change.count_reopens, 3)
  assert.equal(acts.adminOpens(row('snoozed')).change.count_reopens, undefined)
  assert.equal(acts.contactWrites(row('closed', { first_contact_reply_at: null }), NOW, 'x').change.count_reopens, 0)
})

test('an answer to who waits adds how long that was', () => {
  assert.deepEqual(acts.adminAnswers(row('open', { waiting_since: BEGUN }), NOW).change.reply_times, [90])
  assert.equal(acts.adminAnswers(row('open'), NOW).change.reply_times, undefined)
})

test('an assignment fills its own slot and leaves the other', () => {
  const assigned = acts.assigns(row('open', { admin_assignee_id: '1' }), NOW, { type: 'team', id: '7' }).change
  assert.equal(assigned.team_assignee_id, '7')
  assert.ok(!('admin_assignee_id' in assigned))
  assert.deepEqual(acts.unassigns(row('open'), 'team', NOW).change, { team_assignee_id: null })
})

test('waking is told besides what woke it', () => {
  assert.deepEqual(acts.adminAnswers(row('snoozed'), NOW).topics, [
    'conversation.admin.replied',
    'conversation.admin.unsnoozed',
  ])
  assert.deepEqual(acts.adminNotes(row('open')).topics, ['conversation.admin.noted'])
  assert.deepEqual(acts.assigns(row('closed'), NOW, { type: 'admin', id: '1' }).topics, [
    'conversation.admin.assigned',
    'conversation.admin.open.assigned',
    'conversation.admin.opened',
  ])
})
