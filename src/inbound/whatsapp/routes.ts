// The endpoints for Meta's webhook: statuses of sent WhatsApp messages, and received messages. Meta signs its requests
// and sends no token.

import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { NOTHING } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { answerChallenge } from './handshake.ts'
import { receiveWebhook } from './receive.ts'

const Text = Type.Optional(Type.String({ maxLength: 1024 }))
const Handshake = Type.Object({ 'hub.mode': Text, 'hub.verify_token': Text, 'hub.challenge': Text })
const Challenge = Type.String({ contentMediaType: 'text/plain', description: 'The challenge, as text.' })

/** Meta sends up to three megabytes at once. */
const BODY_LIMIT = 4 * 1024 * 1024

function whatsappWebhook(app: App, { sql, secret }: Server) {
  // The signature covers the bytes of the body as received.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  app.get(
    '/webhooks/whatsapp',
    op('verifyWhatsAppWebhook', {
      refuses: [403],
      query: Handshake,
      response: Challenge,
      auth: 'signature',
      summary: 'Verify the webhook for Meta',
    }),
    async ({ query }, reply) => {
      const challenge = await answerChallenge(sql, secret, query)
      reply.type('text/plain; charset=utf-8').header('x-content-type-options', 'nosniff')
      return challenge
    },
  )

  app.post(
    '/webhooks/whatsapp',
    op('receiveWhatsAppWebhook', {
      body_limit: BODY_LIMIT,
      refuses: [403],
      auth: 'signature',
      summary: 'Statuses and incoming messages from Meta',
    }),
    async ({ body, headers, log }) => {
      await receiveWebhook({ sql, secret, log }, toBuffer(body), headers['x-hub-signature-256'])
      return NOTHING
    },
  )
}

const toBuffer = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0))

export default { group: 'Webhooks: WhatsApp', routes: whatsappWebhook } satisfies Resource
