// Calls over the wire, and the requests of the phone product that Intercom does not publish.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { Epoch, epoch, Id, ListOf, Nullable, named, Some } from '#http/types.ts'
import { AttachmentFile } from '#resources/attachments/schema.ts'
import { STATES, timingsOf } from './progress.ts'
import type { CallRow, CallWithTranscript } from './queries.ts'

const Seconds = (description: string) => Nullable(Type.Integer({ description: `${description} In seconds.` }))
const Direction = Type.Enum(['inbound', 'outbound'])

export const Call = named(
  'call',
  Type.Object({
    type: Type.Literal('call'),
    id: Type.String(),
    conversation_id: Nullable(Type.String()),
    admin_id: Nullable(Type.String()),
    contact_id: Nullable(Type.String()),
    state: Type.Enum([...STATES]),
    initiated_at: Type.Integer(),
    answered_at: Type.Optional(Type.Integer({ description: 'Absent if nobody has answered.' })),
    ended_at: Type.Optional(Type.Integer({ description: 'Absent until it has ended.' })),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    recording_url: Nullable(Type.String({ description: 'Needs the token.' })),
    transcription_url: Nullable(Type.String({ description: 'Needs the token.' })),
    call_type: Type.String(),
    direction: Direction,
    ended_reason: Nullable(Type.String()),
    phone: Nullable(Type.String({ description: 'E.164.' })),
    fin_recording_url: Nullable(Type.String()),
    fin_transcription_url: Nullable(Type.String()),
    duration: Seconds('Until it ended: an inbound call from its beginning, an outbound one from the answer.'),
    talk_time: Seconds('While both were connected.'),
    queue_time: Seconds('Before it was answered, in the queue of a team.'),
    hold_time: Seconds('On hold.'),
  }),
)

export const CallList = named('call_list', PageOf(Call))

const TranscriptEntry = named(
  'call_transcript_entry',
  Type.Object({
    time: Type.Integer({ minimum: 0, maximum: 359_999, description: 'Seconds since the beginning of the call.' }),
    speaker: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S', examples: ['Teammate 1'] }),
    text: Type.String({ maxLength: 10_000, examples: ['Hello, thanks for calling.'] }),
  }),
)
const TranscriptStatus = Type.Enum(['in_progress', 'completed'])

export const CallsWithTranscripts = named(
  'call_with_transcript_list',
  ListOf(
    named(
      'call_with_transcript',
      Type.Object({
        ...Call.properties,
        transcript: Type.Array(TranscriptEntry),
        transcript_status: Nullable(TranscriptStatus),
      }),
    ),
  ),
)

export const TranscriptText = Type.String({
  contentMediaType: 'text/plain',
  description: 'A line for each entry: `[00:00:03] Teammate 1: "Hello"`.',
})

/** The number of ids is checked by the route, whose error has Intercom's text. */
export const CallSearch = named(
  'call_search_request',
  Type.Object({ conversation_ids: Type.Optional(Nullable(Type.Array(Id))) }),
)

const GivenSeconds = Nullable(Type.Integer({ minimum: 0, maximum: 2_678_400 }))

const CALL_FIELDS = {
  conversation_id: Nullable(Id),
  admin_id: Nullable(Id),
  contact_id: Nullable(Id),
  state: Type.Enum([...STATES], { description: 'Default: as its times say.' }),
  call_type: Type.String({ minLength: 1, maxLength: 50, pattern: '\\S', description: 'Default: phone.' }),
  direction: Direction,
  phone: Nullable(Type.String({ maxLength: 50, description: "Default: the contact's." })),
  initiated_at: Epoch,
  answered_at: Epoch,
  ended_at: Epoch,
  ended_reason: Nullable(Type.String({ minLength: 1, maxLength: 255, description: 'Default: answered or missed.' })),
  talk_time: GivenSeconds,
  queue_time: GivenSeconds,
  hold_time: GivenSeconds,
  summary: Nullable(Type.String({ maxLength: 50_000, description: 'HTML or plain text: the body of the part.' })),
  fin_call_id: Nullable(Id),
}
export const CallRequest = named('call_request', Some(CALL_FIELDS))
export type CallRequest = Static<typeof CallRequest>

export const NewCallRequest = named(
  'new_call_request',
  Type.Object({ ...CallRequest.properties, direction: Direction }),
)
export type NewCallRequest = Static<typeof NewCallRequest>

/** `attachment_files` as in replies, so that the same code reads them. */
export const RecordingRequest = named(
  'call_recording_request',
  Type.Object({ attachment_files: Type.Array(AttachmentFile, { minItems: 1, maxItems: 1 }) }),
)

/** Longer than a call of a day. More values than this would be too many for a body. */
const MAX_ENTRIES = 4_000

export const TranscriptRequest = named(
  'call_transcript_request',
  Type.Object({
    entries: Type.Array(TranscriptEntry, { maxItems: MAX_ENTRIES }),
    status: Type.Optional(TranscriptStatus),
  }),
)
export type TranscriptRequest = Static<typeof TranscriptRequest>

/** `public_url` is the base of the links. */
export function presentCall(call: CallRow, public_url: string): Static<typeof Call> {
  const { id, answered_at, ended_at, fin_call_id } = call
  const link = (exists: boolean | null, of: string | null, what: string) =>
    exists && of ? `${public_url}/calls/${of}/${what}` : null
  return {
    type: 'call',
    id,
    conversation_id: call.conversation_id,
    admin_id: call.admin_id,
    contact_id: call.contact_id,
    state: call.state,
    initiated_at: epoch(call.initiated_at),
    ...(answered_at && { answered_at: epoch(answered_at) }),
    ...(ended_at && { ended_at: epoch(ended_at) }),
    created_at: epoch(call.created_at),
    updated_at: epoch(call.updated_at),
    recording_url: link(call.recording_file_id !== null, id, 'recording'),
    transcription_url: link(call.transcript_status === 'completed', id, 'transcript'),
    call_type: call.call_type,
    direction: call.direction,
    ended_reason: call.ended_reason,
    phone: call.phone,
    fin_recording_url: link(call.fin_has_recording, fin_call_id, 'recording'),
    fin_transcription_url: link(call.fin_has_transcript, fin_call_id, 'transcript'),
    ...timingsOf(call),
  }
}

export const presentCallWithTranscript = (call: CallWithTranscript, public_url: string) => ({
  ...presentCall(call, public_url),
  transcript: call.transcript,
  transcript_status: call.transcript_status,
})
