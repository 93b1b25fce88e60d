// PUT /visitors: the name and the custom attributes of a visitor.
import { found } from '#http/errors.ts'
import { mergeAttributes, readAttributes } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findVisitor, lockVisitor, updateVisitorRow, type VisitorRow } from './queries.ts'
import type { UpdateVisitorRequest } from './schema.ts'

/** @throws a 404 if there is no such visitor, a 400 for a wrong attribute */
export async function updateVisitor(workspace: Workspace, request: UpdateVisitorRequest): Promise<VisitorRow> {
  const { id } = found(await findVisitor(workspace, request), 'Visitor Not Found')
  const visitor = found(await lockVisitor(workspace, id), 'Visitor Not Found')
  const given = await readAttributes(workspace, 'contact', request.custom_attributes ?? {})
  return updateVisitorRow(workspace, id, {
    name: request.name === undefined ? visitor.name : request.name?.trim() || null,
    custom_attributes: mergeAttributes(visitor.custom_attributes, given),
  })
}
