// The unsubscribe link of emails. Mail programs POST to it with one click (RFC 8058). People who open it must confirm,
// because mail scanners open links too.

import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { verify } from '#lib/sign.ts'
import { unsubscribeFromEmails } from '#resources/contacts/activity-queries.ts'
import type { Resource, Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'

const ByToken = Type.Object({ token: Type.String() })
const Page = Type.String({ contentMediaType: 'text/html', description: 'A page for people.' })

function unsubscribing(app: App, { sql, secret }: Server) {
  acceptAnyBody(app)
  const contactOf = (token: string) => {
    const [workspace_id, contact_id] = found(verify(secret, UNSUBSCRIBE, token), 'This link is not valid').split('.')
    return { workspace_id: workspace_id as string, contact_id: contact_id as string }
  }

  app.get(
    '/unsubscribe/:token',
    op('askToUnsubscribe', {
      params: ByToken,
      response: Page,
      auth: 'link',
      summary: 'Ask a person to confirm the unsubscription',
    }),
    async ({ params }, reply) => {
      contactOf(params.token)
      return page(reply, '<form method="post"><p>Stop emails to you?</p><button>Unsubscribe</button></form>')
    },
  )

  app.post(
    '/unsubscribe/:token',
    op('unsubscribe', { params: ByToken, response: Page, auth: 'link', summary: 'Unsubscribe with one click' }),
    async ({ params }, reply) => {
      const { workspace_id, contact_id } = contactOf(params.token)
      const { now } = await openWorkspace(sql, workspace_id)
      const known = await unsubscribeFromEmails(sql, workspace_id, contact_id, now())
      found(known || undefined, 'This link is not valid any more')
      return page(reply, '<p>You are unsubscribed. No more emails like that one.</p>')
    },
  )
}

/**
 * The link says everything, so the body is not read, and its Content-Type may be anything: mail services post forms of
 * both kinds, and plain text. Without the header, Fastify does not refuse a malformed one either.
 */
function acceptAnyBody(app: App): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, body, done) => {
    body.resume()
    done(null)
  })
  app.addHook('onRequest', async ({ headers }) => {
    delete headers['content-type']
  })
}

function page(reply: FastifyReply, content: string): string {
  reply.type('text/html; charset=utf-8')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Unsubscribe</title>
<body style="font: 18px/1.5 system-ui, sans-serif; max-width: 30em; margin: 15vh auto; padding: 0 1em">
${content}
</body>
</html>
`
}

export default { group: 'Unsubscribing', routes: unsubscribing } satisfies Resource
