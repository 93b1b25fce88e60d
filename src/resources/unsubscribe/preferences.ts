// The page on which a person chooses what to get: each subscription type of emails, or nothing at all.

import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { unsubscribeFromEmails } from '#resources/contacts/activity-queries.ts'
import type { Resource, Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { choicesFor, saveChoices, startEmails } from './choices.ts'
import { readLink } from './link.ts'
import { donePage, Page, savedPage, showPage, startedPage } from './page.ts'

const ByToken = Type.Object({ token: Type.String() })

/**
 * The form of the page: the ids of the wanted types, `all` for the button that ends all emails, and `start` for
 * the one that ends this stop.
 */
const Preferences = Type.Object({
  types: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 200 })])),
  all: Type.Optional(Type.String()),
  start: Type.Optional(Type.String()),
})

function preferences(app: App, { sql, secret }: Server) {
  app.post(
    '/unsubscribe/:token/preferences',
    op('setEmailPreferences', {
      params: ByToken,
      body: Preferences,
      response: Page,
      auth: 'link',
      summary: 'Set which emails a person gets',
    }),
    async ({ params, body }, reply) => {
      const link = readLink(secret, params.token)
      const { workspace_id, contact_id } = link
      if (body.all !== undefined) {
        const { now } = await openWorkspace(sql, workspace_id)
        const known = await unsubscribeFromEmails(sql, workspace_id, contact_id, now())
        found(known || undefined, 'This link is not valid any more')
        return showPage(reply, donePage(params.token, null))
      }
      if (body.start !== undefined) {
        found(await startEmails(sql, link), 'This link is not valid any more')
        const { choices } = await choicesFor(sql, link)
        return showPage(reply, startedPage(params.token, choices))
      }
      const contact = found(await saveChoices(sql, link, [body.types ?? []].flat()), 'This link is not valid any more')
      return showPage(reply, savedPage(params.token, contact.unsubscribed_from_emails))
    },
  )
}

export default { group: 'Unsubscribing', routes: preferences } satisfies Resource
