// Attaches tags to objects and detaches them: the same for contacts, conversations, companies …
import type { Workspace } from '#workspaces/workspace.ts'
import { type AppliedTagRow, deleteTagging, insertTagging, type TagRow } from './queries.ts'

/** A kind of object that can have tags. The noun declares it, with what else a change of its tags means. */
export type Taggable<Target extends { id: string }> = {
  object_type: string
  /** Runs after a tag was attached that the object did not have. */
  attached(workspace: Workspace, target: Target, tag: TagRow): Promise<void>
  /** Runs after a tag was detached that the object had. */
  detached(workspace: Workspace, target: Target, tag: TagRow): Promise<void>
}

/** Returns the tag as the object has it now; one that it had before keeps its first time and admin. */
export async function attachTag<Target extends { id: string }>(
  workspace: Workspace,
  { object_type, attached }: Taggable<Target>,
  target: Target,
  tag: TagRow,
  admin_id: string,
): Promise<AppliedTagRow> {
  const { is_new, ...applied } = await insertTagging(workspace, tag, { object_type, object_id: target.id }, admin_id)
  if (is_new) await attached(workspace, target, tag)
  return applied
}

/** Returns the tag as the object had it; if it did not have the tag, without time and admin. */
export async function detachTag<Target extends { id: string }>(
  workspace: Workspace,
  { object_type, detached }: Taggable<Target>,
  target: Target,
  tag: TagRow,
): Promise<AppliedTagRow> {
  const removed = await deleteTagging(workspace, tag, { object_type, object_id: target.id })
  if (removed) await detached(workspace, target, tag)
  return { ...tag, ...(removed ?? { applied_at: null, applied_by: null }) }
}
