// A banner that a contact was shown, and requests of another workspace that must not reach either.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    banner: string
    banner_view: string
  }
}

export default {
  needs: ['user'],
  provides: ['banner', 'banner_view'],
  async create({ post, call, workspace: { id } }, { user }) {
    const banner = await post('/extensions/banners', { body: `Banner of ${id}` })
    const { body } = await call(`GET /contacts/${user}/banners`)
    return { banner: banner.id, banner_view: body.data.at(-1).view_id }
  },
  attempts: {
    listContactBanners: ({ user }) => [[`GET /contacts/${user}/banners`]],
    dismissContactBanner: (their, my) => [
      [`POST /contacts/${their.user}/banners/${their.banner_view}/dismiss`],
      [`POST /contacts/${my.user}/banners/${their.banner_view}/dismiss`],
    ],
    updateBanner: (their, my) => [
      [`PUT /extensions/banners/${their.banner}`, { title: 'Mine' }],
      [`PUT /extensions/banners/${my.banner}`, { audience: { tag_id: their.tag } }],
    ],
    createBanner: ({ tag }) => [['POST /extensions/banners', { body: 'x', audience: { tag_id: tag } }]],
  },
  removals: { deleteBanner: ({ banner }) => [[`DELETE /extensions/banners/${banner}`]] },
  lists: { listBanners: () => [['GET /extensions/banners']] },
  ids: { view_id: ['banner_view'], banners: ['banner'] },
} satisfies Fixture
