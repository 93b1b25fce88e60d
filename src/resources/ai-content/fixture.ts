// An import source with a page, and requests of another workspace that must not reach either.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    import_source: string
    external_page: string
  }
}

const pageOf = (source_id: string, more: object = {}) => ({
  ...{ title: 'Stolen', html: '<p>x</p>', url: 'https://example.com/x', locale: 'en' },
  ...{ source_id: Number(source_id), external_id: 'start', ...more },
})

export default {
  provides: ['import_source', 'external_page'],
  async create({ post, workspace: { id } }) {
    const source = await post('/ai/content_import_sources', { sync_behavior: 'api', url: `https://${id}.example.com` })
    const page = await post('/ai/external_pages', pageOf(source.id, { title: `Page of ${id}` }))
    return { import_source: String(source.id), external_page: page.id }
  },
  attempts: {
    getContentImportSource: (their) => [[`GET /ai/content_import_sources/${their.import_source}`]],
    updateContentImportSource: (their) => [
      [`PUT /ai/content_import_sources/${their.import_source}`, { sync_behavior: 'api', url: 'https://example.com' }],
    ],
    getExternalPage: (their) => [[`GET /ai/external_pages/${their.external_page}`]],
    createExternalPage: (their) => [['POST /ai/external_pages', pageOf(their.import_source)]],
    updateExternalPage: (their, my) => [
      [`PUT /ai/external_pages/${their.external_page}`, pageOf(my.import_source)],
      [`PUT /ai/external_pages/${my.external_page}`, pageOf(their.import_source)],
    ],
  },
  removals: {
    deleteExternalPage: (their) => [[`DELETE /ai/external_pages/${their.external_page}`]],
    deleteContentImportSource: (their) => [[`DELETE /ai/content_import_sources/${their.import_source}`]],
  },
  lists: {
    listContentImportSources: () => [['GET /ai/content_import_sources']],
    listExternalPages: () => [['GET /ai/external_pages']],
  },
  // They name no object of a workspace.
  tested_elsewhere: ['createContentImportSource', 'createSyncedContentImportSource'],
  ids: {
    content_import_sources: ['import_source'],
    source_id: ['import_source'],
    external_pages: ['external_page'],
  },
} satisfies Fixture
