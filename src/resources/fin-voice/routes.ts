// Fin Voice: calls of a phone provider that are registered before they begin, and collected when they have been matched.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { e164 } from '#lib/phone.ts'
import type { Resource } from '#server.ts'
import { registerCall } from './match.ts'
import { findMatchedByExternalId, findMatchedById, findMatchedByPhone, listMatchedOf } from './queries.ts'
import { FinVoiceCall, FinVoiceCalls, FinVoiceRequest, presentFinVoiceCall } from './schema.ts'

const since = '2.15'
/** Of one conversation. */
const MOST_CALLS = 100

function finVoice(app: App) {
  app.post(
    '/fin_voice/register',
    op('registerFinVoiceCall', {
      summary: 'Register a call of a phone provider',
      since,
      refuses: [409],
      body: FinVoiceRequest,
      response: FinVoiceCall,
    }),
    async ({ workspace, body }) => presentFinVoiceCall(await registerCall(workspace, body), workspace.id),
  )

  app.get(
    '/fin_voice/collect/:id',
    op('collectFinVoiceCallById', {
      summary: 'Show a matched call',
      since,
      params: ById,
      response: FinVoiceCall,
    }),
    async ({ workspace, params }) =>
      presentFinVoiceCall(found(await findMatchedById(workspace, params.id)), workspace.id),
  )

  app.get(
    '/fin_voice/external_id/:external_id',
    op('collectFinVoiceCallByExternalId', {
      summary: 'Show a matched call by the id of the provider',
      since,
      params: Type.Object({ external_id: Type.String() }),
      response: FinVoiceCall,
    }),
    async ({ workspace, params }) =>
      presentFinVoiceCall(found(await findMatchedByExternalId(workspace, params.external_id)), workspace.id),
  )

  app.get(
    '/fin_voice/phone_number/:phone_number',
    op('collectFinVoiceCallByPhoneNumber', {
      summary: 'Show the newest matched call of a number',
      since,
      params: Type.Object({ phone_number: Type.String() }),
      response: FinVoiceCall,
    }),
    async ({ workspace, params }) => {
      const phone = found(e164(params.phone_number))
      return presentFinVoiceCall(found(await findMatchedByPhone(workspace, phone)), workspace.id)
    },
  )

  app.get(
    '/fin_voice/conversation/:conversation_id',
    op('collectFinVoiceCallsByConversationId', {
      summary: 'List the matched calls of a conversation, newest first',
      since,
      params: Type.Object({ conversation_id: Type.String({ pattern: '^[\\w-]+$' }) }),
      response: FinVoiceCalls,
    }),
    async ({ workspace, params }) => {
      const rows = await listMatchedOf(workspace, params.conversation_id, MOST_CALLS)
      return rows.map((row) => presentFinVoiceCall(row, workspace.id))
    },
  )
}

export default { group: 'Calls', routes: finVoice } satisfies Resource
