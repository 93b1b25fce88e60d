// The unsubscribe link of emails. Mail programs POST to it with one click (RFC 8058). People who open it must confirm,
// because mail scanners open links too.

import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { choicesFor } from './choices.ts'
import { leave } from './leave.ts'
import { readLink } from './link.ts'
import { confirmationPage, donePage, Page, showPage } from './page.ts'

const ByToken = Type.Object({ token: Type.String() })

function unsubscribing(app: App, { sql, secret }: Server) {
  acceptAnyBody(app)

  app.get(
    '/unsubscribe/:token',
    op('askToUnsubscribe', {
      params: ByToken,
      response: Page,
      auth: 'link',
      summary: 'Ask a person to confirm the unsubscription',
    }),
    async ({ params: { token } }, reply) => {
      const link = readLink(secret, token)
      return showPage(reply, confirmationPage(token, link, await choicesFor(sql, link)))
    },
  )

  app.post(
    '/unsubscribe/:token',
    op('unsubscribe', { params: ByToken, response: Page, auth: 'link', summary: 'Unsubscribe with one click' }),
    async ({ params }, reply) => {
      const link = readLink(secret, params.token)
      const { left } = found(await leave(sql, link), 'This link is not valid any more')
      return showPage(reply, donePage(params.token, left))
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

export default { group: 'Unsubscribing', routes: unsubscribing } satisfies Resource
