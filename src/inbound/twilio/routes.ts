// The endpoints for Twilio's callbacks: statuses of sent SMS, and received SMS. Twilio signs them and sends no token.

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { twiml } from '#channels/sms/keywords.ts'
import { found, missing } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { NOTHING } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { param, readCallback, signersOf } from './callback.ts'
import { receiveMessage } from './receive-message.ts'
import { receiveStatus } from './receive-status.ts'
import { recipientOf } from './recipient.ts'

const TwiML = Type.String({
  contentMediaType: 'text/xml',
  description: 'TwiML: a reply for Twilio to send, or nothing.',
})

/** Several times the longest message with every character escaped. */
const BODY_LIMIT = 256 * 1024

function twilioWebhooks(app: App, { sql, secret, public_url, fetch_attachments }: Server) {
  // The signature covers every parameter of the form as received.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  const callbackOf = ({ url, body, headers }: Pick<FastifyRequest, 'url' | 'body' | 'headers'>) =>
    readCallback({
      url: public_url + url,
      text: typeof body === 'string' ? body : '',
      content_type: headers['content-type'],
      signature: headers['x-twilio-signature'],
    })

  app.post(
    '/webhooks/twilio/status',
    op('receiveTwilioStatus', {
      media_types: 'application/x-www-form-urlencoded',
      body_limit: BODY_LIMIT,
      refuses: [403],
      auth: 'signature',
      summary: 'Status callback of Twilio for an SMS',
    }),
    async (request) => {
      const callback = callbackOf(request)
      await receiveStatus(sql, secret, await signersOf(sql, secret, callback), callback)
      return NOTHING
    },
  )

  app.post(
    '/webhooks/twilio/inbound',
    op('receiveTwilioMessage', {
      media_types: 'application/x-www-form-urlencoded',
      body_limit: BODY_LIMIT,
      refuses: [403, 404],
      response: TwiML,
      auth: 'signature',
      summary: 'Incoming SMS from Twilio',
    }),
    async (request, reply) => {
      const callback = callbackOf(request)
      const signers = await signersOf(sql, secret, callback)
      if (!param(callback, 'MessageSid')) throw missing('MessageSid is required')
      const workspace_id = found(await recipientOf(sql, signers, callback), 'No workspace has the number in To')
      const answer = await receiveMessage(await openWorkspace(sql, workspace_id), { fetch_attachments }, callback)
      reply.type('text/xml; charset=utf-8')
      return twiml(answer)
    },
  )
}

export default { group: 'Webhooks: Twilio', routes: twilioWebhooks } satisfies Resource
