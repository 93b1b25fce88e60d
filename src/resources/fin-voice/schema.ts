// Fin Voice calls over the wire.
import { type Static, Type } from 'typebox'
import { Id, Nullable, named } from '#http/types.ts'
import { toPlainText } from '#lib/html.ts'
import { type FinVoiceRow, SOURCES } from './queries.ts'

export const FinVoiceCall = named(
  'ai_call_response',
  Type.Object({
    id: Type.Integer(),
    app_id: Type.Integer({ description: 'The id of the workspace, read as a number to the base 36.' }),
    user_phone_number: Type.String({ description: 'E.164.' }),
    status: Type.Enum(['registered', 'in-progress', 'resolved', 'escalated', 'abandoned']),
    intercom_call_id: Nullable(Type.String()),
    external_call_id: Type.String(),
    intercom_conversation_id: Nullable(Type.String()),
    call_transcript: Type.Array(Type.Object({ time: Type.Integer(), speaker: Type.String(), text: Type.String() })),
    call_summary: Type.String({ description: 'Plain text of up to 256 characters.' }),
    intent: Type.Array(Type.Object({})),
  }),
)
export const FinVoiceCalls = Type.Array(FinVoiceCall)

/** The verb checks what is required: Intercom accepts null as the body, too. */
export const FinVoiceRequest = named(
  'register_fin_voice_call_request',
  Nullable(
    Type.Object({
      phone_number: Type.Optional(Nullable(Type.String({ maxLength: 50, description: 'E.164.' }))),
      call_id: Type.Optional(Nullable(Id)),
      source: Type.Optional(Type.Enum([...SOURCES], { description: 'Default: aws_connect.' })),
      data: Type.Optional(Nullable(Type.Object({}, { additionalProperties: true }))),
    }),
  ),
)
export type FinVoiceRequest = Static<typeof FinVoiceRequest>

const SUMMARY_LENGTH = 256

export const presentFinVoiceCall = (row: FinVoiceRow, workspace_id: string): Static<typeof FinVoiceCall> => ({
  id: Number(row.id),
  app_id: Number.parseInt(workspace_id, 36),
  user_phone_number: row.phone,
  status: statusOf(row),
  intercom_call_id: row.call_id,
  external_call_id: row.external_call_id,
  intercom_conversation_id: row.conversation_id,
  call_transcript: row.transcript ?? [],
  call_summary: [...toPlainText(row.summary ?? '', { links: 'label' })].slice(0, SUMMARY_LENGTH).join(''),
  intent: [],
})

/** Once it has ended: a teammate took it over, nobody answered it, or neither. */
function statusOf({ state, admin_id, answered_at }: FinVoiceRow) {
  if (state === null) return 'registered'
  if (state !== 'completed') return 'in-progress'
  if (admin_id) return 'escalated'
  return answered_at ? 'resolved' : 'abandoned'
}
