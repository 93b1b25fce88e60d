// What causes the topics of admins, consent, data events, notes, jobs, visitors, calls and messages.
import { eventually } from '../factories.ts'
import { type Answer, aConversation, aUser, type Cause, causes } from './cause.ts'
import { any, flag, int, object, orNull, type Shape, seconds, text, uuid } from './shapes.ts'
import type { World } from './world.ts'

const aSubscriptionType = (w: World): Promise<Answer> =>
  w.ask('POST /extensions/subscription_types', {
    ...{ consent_type: 'opt_in', content_types: ['email'], state: 'live' },
    translations: [{ name: 'News', description: 'What is new', locale: 'en' }],
  })
type Choosing = { user: { id: string }; type: { id: string } }
const choosing = async (w: World): Promise<Choosing> => ({ user: await aUser(w), type: await aSubscriptionType(w) })
const optIn = (w: World, { user, type }: Choosing) =>
  w.ask(`POST /contacts/${user.id}/subscriptions`, { id: type.id, consent_type: 'opt_in' })
const choice =
  (way: string, opted_in: number): Cause['notifies'] =>
  ({ contact }, { user, type }) => ({
    [`granular.${way}`]: {
      type: `granular_${way}`,
      contact: contact({
        id: user.id,
        opted_in_subscription_types: { type: 'list', data: [any], url: text, total_count: opted_in, has_more: false },
      }),
      subscription_types: {
        type: 'list',
        data: [
          {
            ...{ type: 'subscription', id: type.id, state: 'live', consent_type: 'opt_in' },
            default_translation: { name: 'News', description: 'What is new', locale: 'en' },
            translations: [{ name: 'News', description: 'What is new', locale: 'en' }],
            content_types: ['email'],
          },
        ],
      },
      created_at: seconds,
    },
  })

const activity = (activity_type: string): Shape => ({
  ...{ type: 'admin_activity_log_event', id: uuid, activity_type, activity_description: text, metadata: object },
  ...{ created_at: seconds, performed_by: { type: 'admin', id: text, email: text, ip: text } },
})

const CALL = { direction: 'inbound', initiated_at: 1_780_000_000, answered_at: 1_780_000_003 }
const aCall = async (w: World): Promise<Answer> => {
  const { id: conversation_id, contact: contact_id } = await aConversation(w)
  return { ...CALL, conversation_id, contact_id, admin_id: w.admin_id }
}
const recording = { attachment_files: [{ name: 'call.mp3', content_type: 'audio/mpeg', data: 'SUQz' }] }

const IMPORT_SOURCE = { sync_behavior: 'api', url: 'https://help.example.com' }
const aSource = (w: World): Promise<Answer> => w.ask('POST /ai/content_import_sources', IMPORT_SOURCE)
const source = (facts: Record<string, Shape>): Shape => ({
  ...{ type: 'content_import_source', id: int, ...IMPORT_SOURCE, status: 'active', audience_ids: [int] },
  ...{ created_at: seconds, updated_at: seconds, last_synced_at: seconds },
  ...facts,
})

export const OTHER_CAUSES = causes({
  'an admin is away, for a reason': {
    async given(w) {
      const reasons = await w.ask('GET /away_status_reasons')
      return { reason: reasons[0] ?? null }
    },
    act: (w, { reason }) =>
      w.ask(`PUT /admins/${w.admin_id}/away`, {
        ...{ away_mode_enabled: true, away_mode_reassign: false },
        away_status_reason_id: reason && Number(reason.id),
      }),
    notifies: ({ is_new }, { reason }, { admin_id }) => ({
      'admin.activity_log_event.created': activity('admin_away_mode_change'),
      'admin.away_mode_updated': {
        ...{
          type: 'admin',
          id: is_new ? admin_id : Number(admin_id),
          name: text,
          email: text,
          job_title: orNull(text),
        },
        ...{ away_mode_enabled: true, away_mode_reassign: false, has_inbox_seat: flag, team_ids: [int] },
        away_status_reason: reason ? `${reason.emoji} ${reason.label}` : '',
        avatar: { type: 'avatar', image_url: orNull(text) },
      },
    }),
  },
  'a contact opts in to a type of messages': { given: choosing, act: optIn, notifies: choice('subscribe', 1) },
  'a contact takes that back': {
    async given(w) {
      const given = await choosing(w)
      await optIn(w, given)
      return given
    },
    act: (w, { user, type }) => w.ask(`DELETE /contacts/${user.id}/subscriptions/${type.id}`),
    notifies: choice('unsubscribe', 0),
  },
  'a contact does something': {
    given: aUser,
    act: (w, { id }) =>
      w.ask('POST /events', { event_name: 'ordered', id, created_at: 1_780_000_000, metadata: { seats: 3 } }),
    notifies: (_, { id, external_id, email }) => ({
      'event.created': {
        ...{ type: 'event', event_name: 'ordered', id: uuid, intercom_user_id: id, user_id: external_id, email },
        ...{ metadata: { seats: 3 }, created_at: 1_780_000_000, ext_metadata: {} },
      },
    }),
  },
  'a note is written': {
    given: aUser,
    act: (w, { id }) => w.ask(`POST /contacts/${id}/notes`, { body: 'Nice', admin_id: w.admin_id }),
    notifies: (_, { id }) => ({
      'note.created': {
        ...{ type: 'note', id: text, created_at: seconds, body: '<p>Nice</p>', author: object },
        contact: { type: 'contact', id },
      },
    }),
  },
  'a bulk job ends': {
    act: (w) => w.ask('POST /contacts/bulk', { contacts: [{ external_id: w.unique('bulk') }] }),
    notifies: ({ contact }) => ({
      'contact.user.created': contact(),
      'job.completed': {
        ...{ type: 'job', id: text, url: text, status: 'success', resource_type: 'contacts.bulk.job' },
        ...{ resource_url: text, resource_id: text },
      },
    }),
  },
  'a visitor becomes a user who exists': {
    given: async (w) => ({ visitor: (await w.messenger({})).visitor_id, user: await aUser(w) }),
    act: (w, { visitor, user }) =>
      w.ask('POST /visitors/convert', {
        ...{ type: 'user', visitor: { user_id: visitor } },
        user: { user_id: user.external_id, email: user.email },
      }),
    notifies: ({ time }, { user }, { created }) => ({
      'visitor.signed_up': {
        ...{ type: 'user', id: user.id, user_id: user.external_id, email: user.email, anonymous: false },
        ...{
          phone: null,
          name: null,
          pseudonym: null,
          avatar: { type: 'avatar', image_url: null },
          app_id: created.id,
        },
        ...{ companies: { type: 'company.list', companies: [any] }, location_data: object, session_count: int },
        ...{ last_request_at: time, created_at: time, remote_created_at: time, updated_at: time },
        signed_up_at: orNull(time),
        ...{ unsubscribed_from_emails: false, marked_email_as_spam: false, has_hard_bounced: false },
        ...{ social_profiles: object, tags: object, segments: object, custom_attributes: object, do_not_track: null },
        ...{
          referrer: null,
          utm_campaign: null,
          utm_content: null,
          utm_medium: null,
          utm_source: null,
          utm_term: null,
        },
        ...{ last_seen_ip: null, user_agent_data: null },
      },
    }),
  },
  'a call begins': {
    given: aCall,
    act: (w, call) => w.ask('POST /extensions/calls', call),
    notifies: ({ call }, { contact_id, conversation_id }) => ({
      'call.started': call({ contact_id, conversation_id }),
    }),
  },
  'a call ends': {
    given: async (w) => w.ask('POST /extensions/calls', await aCall(w)),
    act: (w, { id }) => w.ask(`PUT /extensions/calls/${id}`, { ended_at: 1_780_000_093 }),
    notifies: ({ call }, { id }) => ({
      'call.ended': call({ id, state: 'completed', ended_at: 1_780_000_093, duration: 93, talk_time: 90 }),
    }),
  },
  'a call has a recording': {
    given: async (w) => w.ask('POST /extensions/calls', await aCall(w)),
    act: (w, { id }) => w.ask(`PUT /extensions/calls/${id}/recording`, recording),
    notifies: ({ call }, { id }) => ({
      'call.recording_available': call({ id, recording_url: `https://api.example.com/calls/${id}/recording` }),
    }),
  },
  'a call has a transcript': {
    given: async (w) => w.ask('POST /extensions/calls', await aCall(w)),
    act: (w, { id }) =>
      w.ask(`PUT /extensions/calls/${id}/transcript`, { entries: [{ time: 3, speaker: 'User', text: 'Hi' }] }),
    notifies: ({ call }, { id }) => ({
      'call.transcription_available': call({ id, transcription_url: `https://api.example.com/calls/${id}/transcript` }),
    }),
  },
  'an import source is created': {
    act: aSource,
    notifies: () => ({ 'content_import_source.created': source({}) }),
  },
  'an import source is deactivated': {
    given: aSource,
    act: (w, { id }) => w.ask(`PUT /ai/content_import_sources/${id}`, { ...IMPORT_SOURCE, status: 'deactivated' }),
    notifies: (_, { id }) => ({ 'content_import_source.updated': source({ id, status: 'deactivated' }) }),
  },
  'an import source is deleted': {
    given: aSource,
    act: (w, { id }) => w.ask(`DELETE /ai/content_import_sources/${id}`),
    notifies: (_, { id }) => ({
      'content_import_source.deleted': { type: 'content_import_source', id, deleted: true },
    }),
  },
  'a data connector is executed': {
    // Nothing listens there.
    given: (w) => w.ask('POST /data_connectors', { name: 'Order status', url: 'http://127.0.0.1:9/' }),
    act: (w, { id }) => w.ask(`POST /extensions/data_connectors/${id}/execute`, { state_version: 'draft' }),
    notifies: (_, { id }, w) => ({
      'data_connector.execution.completed': {
        ...{ type: 'data_connector.execution', id: text, app_id: text, action_id: id, action_name: 'Order status' },
        ...{ success: false, http_status: 0, error_type: 'third_party_error', execution_time_ms: int },
        ...{ completed_at: text, source_type: 'other', source_id: null, conversation_id: null, user_id: null },
        admin_id: w.admin_id,
      },
    }),
  },
  'a procedure waits for a person': {
    async given(w) {
      const { external_id } = await aUser(w)
      const steps = [{ type: 'human', question: 'Is it so?', attributes: [{ name: 'is_so', data_type: 'boolean' }] }]
      const procedure = { name: 'Ask', state: 'live', has_api_trigger: true, steps }
      const { id } = await w.ask('POST /extensions/procedures', procedure)
      return { id, external_id, session: w.unique('session') }
    },
    async act(w, { id, external_id, session }) {
      await w.ask(`POST /fin/procedures/${id}/run`, { conversation_id: session, user: { id: external_id } })
      await eventually(
        () => w.database.sql`select from procedure_inputs where session_id = ${session}`,
        ({ count }) => count > 0,
      )
    },
    notifies: (is) => ({
      'conversation.user.created': is.conversation({}),
      'conversation.admin.noted': is.conversation({}, is.part({ part_type: 'note', body: text })),
      'procedure.hitl_notification.created': {
        ...{ type: 'procedure.hitl_notification', app_id: text, conversation_id: text, step_id: text },
        ...{ procedure_name: 'Ask', hitl_question: 'Is it so?', callback_url: text, expires_at: null },
        attributes_to_collect: [
          { type: 'data_attribute', identifier: text, name: 'is_so', label: 'is_so', data_type: 'boolean' },
        ],
        ...{ priority: 'not_priority', assign_to: null, conversation_url: text, recent_messages: any },
      },
    }),
  },
  'a message is accepted': {
    given: aUser,
    act: (w, { id }) =>
      w.ask('POST /messages', {
        ...{ message_type: 'in_app', body: 'Hi', from: { type: 'admin', id: w.admin_id }, to: { type: 'user', id } },
      }),
    notifies: () => ({ 'message.accepted': { type: 'message', id: text } }),
  },
})
