// The endpoint for mail that another server received: an inbound-parse service, or your own mail server.

import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { accountInToken } from '#channel-accounts/inbound-url.ts'
import { MAIL_LIMIT } from '#channels/email/inbound/mail.ts'
import { unauthorized } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { workspaceOf } from '#workspaces/workspace.ts'
import { readPosted } from './form.ts'
import { findMailAccount } from './queries.ts'
import { readMailFor } from './read.ts'
import { receiveMail } from './receive.ts'
import { refuse } from './refuse.ts'

const ReceivedMail = named(
  'inbound_email',
  Type.Object({
    type: Type.Literal('inbound_email'),
    outcome: Type.Enum(['begun', 'replied', 'reported', 'ignored', 'known', 'blocked'], {
      description: 'The result: known mails were received before, ignored ones were written by a program.',
    }),
    conversation_id: Type.Optional(Type.String()),
    delivery_ids: Type.Optional(Type.Array(Type.String(), { description: 'The deliveries that it reports on.' })),
    reason: Type.Optional(Type.String({ description: 'Why it was ignored.' })),
    left_out_id: Type.Optional(
      Type.String({ description: 'The id in `GET /extensions/inbound`, if the mail is in no conversation.' }),
    ),
  }),
)

/** A form is slightly larger than its mail. */
const BODY_LIMIT = MAIL_LIMIT + 1024 * 1024

function inboundEmail(app: App, { sql, identify, ...server }: Server) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

  /**
   * Runs before the body is read. The token in the URL names the account; without it a workspace's access token is
   * needed.
   */
  const authenticate = async (request: FastifyRequest) => {
    const { token } = request.query as { token?: string | string[] }
    request.workspace = workspaceOf(sql, token === undefined ? await identify(request) : await accountOf(String(token)))
  }
  const accountOf = async (token: string) => {
    const named = accountInToken(server.secret, token)
    const account = named && (await findMailAccount(sql, named.workspace_id))
    if (!named || account?.id !== named.account_id) throw unauthorized('The token in the URL is not valid')
    return { workspace_id: named.workspace_id, admin_id: '' }
  }

  app.post(
    '/webhooks/email/inbound',
    {
      ...op('receiveEmail', {
        body_limit: BODY_LIMIT,
        media_types: 'message/rfc822 or multipart/form-data',
        refuses: [401, 409, 422],
        query: Type.Object({ token: Type.Optional(Type.String({ description: 'As in the channel’s inbound_url.' })) }),
        response: ReceivedMail,
        auth: 'link',
        summary: 'Incoming email: raw MIME, or a form with it',
      }),
      onRequest: authenticate,
    },
    async ({ workspace, headers, body, log }) => {
      const { raw, envelope } = await readPosted(
        headers['content-type'] ?? '',
        (body as Buffer | null) ?? Buffer.alloc(0),
      )
      const mail = await readMailFor(sql, [workspace.id], raw, envelope).catch(refuse)
      const received = await receiveMail(sql, server, workspace.id, { raw, mail, envelope }).catch(refuse)
      log.info({ workspace_id: workspace.id, mail: mail.id, ...received }, 'mail received')
      return { type: 'inbound_email' as const, ...received }
    },
  )
}

export default { group: 'Webhooks: email', routes: inboundEmail } satisfies Resource
