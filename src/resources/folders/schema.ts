// Folders over the wire. Their ids are numbers.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Id, Nullable, named, Some } from '#http/types.ts'
import type { FolderRow } from './queries.ts'

export const Folder = named(
  'folder',
  Type.Object({
    id: Type.Integer(),
    name: Type.String(),
    description: Nullable(Type.String()),
    emoji: Nullable(Type.String()),
    parent_folder_id: Nullable(Type.Integer()),
    content_count: Type.Integer({ description: 'Articles and internal articles directly in the folder.' }),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const FolderList = named('folder_list', PageOf(Folder))

export const DeletedFolder = named(
  'deleted_folder_object',
  Type.Object({ id: Type.Integer(), object: Type.Literal('folder'), deleted: Type.Literal(true) }),
)

const FIELDS = {
  name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  description: Nullable(Type.String({ maxLength: 10_000 })),
  emoji: Nullable(Type.String({ maxLength: 32 })),
  parent_folder_id: Nullable(Id),
}
const FolderFields = Some(FIELDS)
export type FolderFields = Static<typeof FolderFields>

export const NewFolderRequest = named(
  'new_folder_request',
  Type.Object({ folder: Type.Object({ ...FolderFields.properties, name: FIELDS.name }) }),
)
export type NewFolderRequest = Static<typeof NewFolderRequest>
export const FolderRequest = named('folder_request', Type.Object({ folder: FolderFields }))

export const presentFolder = (folder: FolderRow): Static<typeof Folder> => ({
  id: Number(folder.id),
  name: folder.name,
  description: folder.description,
  emoji: folder.emoji,
  parent_folder_id: folder.parent_folder_id === null ? null : Number(folder.parent_folder_id),
  content_count: folder.content_count,
  created_at: epoch(folder.created_at),
  updated_at: epoch(folder.updated_at),
})
