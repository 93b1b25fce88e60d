// The capability of carrying tags: attach and detach for one kind of object, the same for contacts, conversations,
// tickets, articles …
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Id } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AppliedTagRow, attachTag, detachTag, findTag, type TagRow } from './queries.ts'
import { AppliedTag, presentAppliedTag } from './schema.ts'

/** One kind of object that carries tags. */
export type Taggable<Target extends { id: string }> = {
  /** As it ends the operations' names: `attachTagToContact`. */
  name: string
  /** Where the objects are, as in `/contacts`. */
  path: string
  object_type: string
  /** The object, or its own kind of 404. */
  find(workspace: Workspace, id: string): Promise<Target>
  /** Words and code of the 404 for a tag that is not there. */
  tag_not_found?: [message: string, code: string]
  /** Where the body must name the admin who acts, finds that admin; elsewhere the token's admin acts. */
  admin?(workspace: Workspace, id: string): Promise<{ id: string }>
  /** Called when a tag is newly there, or no longer. */
  attached(workspace: Workspace, target: Target, tag: TagRow): Promise<void>
  detached(workspace: Workspace, target: Target, tag: TagRow): Promise<void>
}

const ByAdmin = Type.Object({ admin_id: Id })

export function taggable<Target extends { id: string }>(app: App, kind: Taggable<Target>) {
  const [message, code] = kind.tag_not_found ?? []
  const path = `${kind.path}/:object_id/tags` as const
  const objectParams = Type.Object({ object_id: Type.String() })
  const tagParams = Type.Object({ object_id: Type.String(), id: Type.String() })
  const attachBody = Type.Object({ id: Id, ...(kind.admin && ByAdmin.properties) })

  const actor = async (workspace: Workspace, body: unknown) =>
    kind.admin ? (await kind.admin(workspace, (body as { admin_id: string }).admin_id)).id : workspace.admin_id

  app.post(
    path,
    op(`attachTagTo${kind.name}`, { params: objectParams, body: attachBody, response: AppliedTag }),
    async ({ workspace, params, body }) => {
      const target = await kind.find(workspace, params.object_id)
      const by = await actor(workspace, body)
      const tag = found(await findTag(workspace, body.id), message, code)
      return presentAppliedTag(await attach(workspace, kind, target, tag, by))
    },
  )

  app.delete(
    `${path}/:id`,
    op(`detachTagFrom${kind.name}`, {
      params: tagParams,
      response: AppliedTag,
      ...(kind.admin && { body: ByAdmin }),
    }),
    async ({ workspace, params, body }) => {
      const target = await kind.find(workspace, params.object_id)
      await actor(workspace, body)
      const tag = found(await findTag(workspace, params.id), message, code)
      return presentAppliedTag(await detach(workspace, kind, target, tag))
    },
  )
}

/** A tag that hangs there already stays as it is, with its first time and admin. */
export async function attach<Target extends { id: string }>(
  workspace: Workspace,
  { object_type, attached }: Taggable<Target>,
  target: Target,
  tag: TagRow,
  by: string,
): Promise<AppliedTagRow> {
  const { is_new, ...applied } = await attachTag(workspace, tag, { object_type, object_id: target.id }, by)
  if (is_new) await attached(workspace, target, tag)
  return applied
}

/** A tag that does not hang there is answered all the same, with nobody and no time. */
export async function detach<Target extends { id: string }>(
  workspace: Workspace,
  { object_type, detached }: Taggable<Target>,
  target: Target,
  tag: TagRow,
): Promise<AppliedTagRow> {
  const removed = await detachTag(workspace, tag, { object_type, object_id: target.id })
  if (removed) await detached(workspace, target, tag)
  return { ...tag, ...(removed ?? { applied_at: null, applied_by: null }) }
}
