// Banners as they are set up. Intercom does this in its web app.
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { deleteBanner, listBanners } from './queries.ts'
import { changeBanner, createBanner } from './save.ts'
import { BannerRequest, BannerSetup, BannerSetupList, NewBannerRequest, presentSetup } from './schema.ts'

function banners(app: App) {
  app.get(
    '/extensions/banners',
    op('listBanners', { summary: 'List the banners, and how often each was seen', response: BannerSetupList }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listBanners(workspace)).map((banner) => presentSetup(banner, banner)),
    }),
  )

  app.post(
    '/extensions/banners',
    op('createBanner', {
      summary: 'Create a banner',
      refuses: [409],
      body: NewBannerRequest,
      response: BannerSetup,
    }),
    async ({ workspace, body }) => presentSetup(await createBanner(workspace, body)),
  )

  app.put(
    '/extensions/banners/:id',
    op('updateBanner', { summary: 'Change a banner', params: ById, body: BannerRequest, response: BannerSetup }),
    async ({ workspace, params, body }) => {
      const { id } = await changeBanner(workspace, params.id, body)
      const shown = found((await listBanners(workspace)).find((banner) => banner.id === id))
      return presentSetup(shown, shown)
    },
  )

  app.delete(
    '/extensions/banners/:id',
    op('deleteBanner', { summary: 'Delete a banner', status: 204, params: ById }),
    async ({ workspace, params }) => {
      found(await deleteBanner(workspace, params.id))
      return NOTHING
    },
  )
}

export default {
  group: 'Banners',
  routes: banners,
  kept_tables: ['banners'],
  demo,
  given: async (workspace) =>
    (await listBanners(workspace)).map(({ id, title }) => ({ type: 'banner', id, name: title ?? '' })),
} satisfies Resource
