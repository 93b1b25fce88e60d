// A folder in another one, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    folder: string
    outer_folder: string
  }
}

export default {
  provides: ['folder', 'outer_folder'],
  async create({ post, workspace: { id } }) {
    const { id: parent_folder_id } = await post('/folders', { folder: { name: `Outer folder of ${id}` } })
    const folder = await post('/folders', { folder: { name: `Folder of ${id}`, parent_folder_id } })
    return { folder: String(folder.id), outer_folder: String(parent_folder_id) }
  },
  attempts: {
    createFolder: ({ folder }) => [['POST /folders', { folder: { name: 'Mine', parent_folder_id: folder } }]],
    retrieveFolder: ({ folder }) => [[`GET /folders/${folder}`]],
    updateFolder: (their, my) => [
      [`PUT /folders/${their.folder}`, { folder: { name: 'Taken' } }],
      [`PUT /folders/${my.folder}`, { folder: { parent_folder_id: their.outer_folder } }],
    ],
  },
  removals: { deleteFolder: ({ folder }) => [[`DELETE /folders/${folder}`]] },
  lists: { listFolders: ({ folder }) => [['GET /folders'], [`GET /folders?parent_folder_id=${folder}`]] },
  ids: { folders: ['folder'], folder_id: ['folder'], parent_folder_id: ['folder'] },
} satisfies Fixture
