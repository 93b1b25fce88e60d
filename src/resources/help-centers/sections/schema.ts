// The schema of a section: a collection within another one, as versions before 2.10 show it.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { Id, Nullable, named } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { CollectionRow } from '../collections/queries.ts'
import { Collection, CollectionRequest, presentCollection } from '../collections/schema.ts'

const { description, parent_id, help_center_id, ...shared } = Collection.properties

export const Section = named(
  'section',
  Type.Object({
    type: Type.Literal('section'),
    ...shared,
    parent_id: Type.Integer({ description: 'The collection without a parent that the section is in.' }),
  }),
)

export const SectionList = named('section_list', PageOf(Section))

const { name, translated_content } = CollectionRequest.properties

/** To change a section; a new one needs `name` and `parent_id`. */
export const SectionRequest = named(
  'section_request',
  Type.Object({ name, parent_id: Type.Optional(Nullable(Id)), translated_content }),
)
export type SectionRequest = Static<typeof SectionRequest>

export const DeletedSection = named(
  'deleted_section_object',
  Type.Object({ id: Type.String(), object: Type.Literal('section'), deleted: Type.Literal(true) }),
)

/** `top_id`: the collection at the top of its ancestors. */
export function presentSection(
  workspace: Workspace,
  row: CollectionRow,
  top_id: string,
  public_url: string,
): Static<typeof Section> {
  const { description, parent_id, help_center_id, ...shown } = presentCollection(workspace, row, public_url)
  return { type: 'section', ...shown, parent_id: Number(top_id) }
}
