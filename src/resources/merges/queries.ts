// The SQL that reads the two contacts of a merge.
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `phone_key` is the same for all spellings of a number. */
export type MergedRow = ContactRow & { phone_key: string | null }

/** Returns the live ones of these contacts. With `locks`, no transaction can change them until this one ends. */
export const listMerged = ({ sql, id }: Workspace, ids: string[], { locks = false } = {}) => sql<MergedRow[]>`
  select *, phone_key(formatted_phone) as phone_key from contacts
  where workspace_id = ${id} and id = any(${ids}::text[]) and is_live
  order by id ${locks ? sql`for update` : sql``}`
