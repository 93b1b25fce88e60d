// The banners that a contact sees.

import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { dismissView, viewBanners } from '#resources/banners/queries.ts'
import { BannerDismiss, BannerList, presentView } from '#resources/banners/schema.ts'
import type { Resource } from '#server.ts'
import { heldContact } from './hold-queries.ts'

const ByContactAndView = Type.Object({ id: Type.String(), view_id: Type.String() })

function routes(app: App) {
  app.get(
    '/contacts/:id/banners',
    op('listContactBanners', {
      summary: 'List the banners that a contact sees now; each one counts as shown',
      since: '2.16',
      scope: 'read_write_users',
      runs: 'transaction',
      params: ById,
      response: BannerList,
    }),
    async ({ workspace, params }) => {
      const contact = await heldContact(workspace, params.id)
      return { type: 'list' as const, data: (await viewBanners(workspace, contact)).map(presentView) }
    },
  )

  app.post(
    '/contacts/:id/banners/:view_id/dismiss',
    op('dismissContactBanner', {
      summary: 'Dismiss a banner for a contact',
      since: '2.16',
      scope: 'read_write_users',
      params: ByContactAndView,
      response: BannerDismiss,
    }),
    async ({ workspace, params }) => {
      const contact = await heldContact(workspace, params.id)
      const { id } = found(await dismissView(workspace, contact.id, params.view_id))
      return { type: 'banner_dismiss' as const, view_id: id, dismissed: true as const }
    },
  )
}

export default { group: 'Banners', routes } satisfies Resource
