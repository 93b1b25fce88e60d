// Folders of content: created, moved, listed and deleted.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, Id } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { type FolderCounts, findFolder, pageOfFolders } from './queries.ts'
import { changeFolder, createFolder, removeFolder } from './save.ts'
import { DeletedFolder, Folder, FolderList, FolderRequest, NewFolderRequest, presentFolder } from './schema.ts'

const reads = { since: 'Preview', scope: 'read_content' } as const
const writes = { since: 'Preview', scope: 'write_content' } as const

const FOLDERS_PAGE = { default: 50, max: 150 }

const ListQuery = Type.Object({
  parent_folder_id: Type.Optional(Id),
  ...NumberedPageQuery.properties,
})

function folders(app: App, counts: FolderCounts) {
  app.get(
    '/folders',
    op('listFolders', { summary: 'List the folders, oldest first', ...reads, query: ListQuery, response: FolderList }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, FOLDERS_PAGE)
      const result = await pageOfFolders(workspace, query.parent_folder_id, page, counts)
      return presentNumberedPage(page, result, presentFolder)
    },
  )

  app.post(
    '/folders',
    op('createFolder', {
      summary: 'Create a folder',
      ...writes,
      refuses: [404],
      body: NewFolderRequest,
      response: Folder,
    }),
    async ({ workspace, body }) => presentFolder(await createFolder(workspace, body.folder, counts)),
  )

  app.get(
    '/folders/:id',
    op('retrieveFolder', { summary: 'Show a folder', ...reads, params: ById, response: Folder }),
    async ({ workspace, params }) => presentFolder(found(await findFolder(workspace, params.id, counts))),
  )

  app.put(
    '/folders/:id',
    op('updateFolder', {
      summary: 'Change or move a folder',
      ...writes,
      params: ById,
      body: FolderRequest,
      response: Folder,
    }),
    async ({ workspace, params, body }) => presentFolder(await changeFolder(workspace, params.id, body.folder, counts)),
  )

  app.delete(
    '/folders/:id',
    op('deleteFolder', {
      summary: 'Delete an empty folder',
      ...writes,
      refuses: [422],
      params: ById,
      response: DeletedFolder,
    }),
    async ({ workspace, params }) => ({
      id: Number(await removeFolder(workspace, params.id, counts)),
      object: 'folder' as const,
      deleted: true as const,
    }),
  )
}

/** `counts`: the content of each kind that can be in a folder. */
export default ({ counts }: { counts: FolderCounts }): Resource => ({
  group: 'Folders',
  routes: (app) => folders(app, counts),
})
