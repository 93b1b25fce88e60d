// The routes of the tags of a kind of content, such as articles.
import { type TProperties, Type } from 'typebox'
import type { App, op } from '#http/op.ts'
import { Id, named } from '#http/types.ts'
import type { Resource } from '#server.ts'
import type { Scope } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attachTag, detachTag, type Taggable } from './attach.ts'
import { theTag } from './queries.ts'
import { AppliedTag, presentAppliedTag } from './schema.ts'

const ContentTagRequest = named(
  'content_tag_request',
  Type.Object({
    id: Id,
    admin_id: Type.Optional(Type.Union([Id, Type.Null()], { description: 'Default: the admin of the token.' })),
  }),
)

type Facts = {
  summary: string
  scope: Scope
  /** The parameter of the path that has the id of the content: `article_id`. */
  param: string
}

/** The options of the operation that attaches a tag. */
export const attaching = ({ param, ...facts }: Facts) => ({
  ...facts,
  since: '2.16' as const,
  params: Type.Object({ [param]: Type.String() } as TProperties),
  body: ContentTagRequest,
  response: AppliedTag,
})

/** The options of the operation that detaches a tag. */
export const detaching = ({ param, ...facts }: Facts) => ({
  ...facts,
  since: '2.16' as const,
  params: Type.Object({ [param]: Type.String(), id: Type.String() } as TProperties),
  response: AppliedTag,
})

/** A kind of content whose objects can have tags. Its noun provides it, because this folder imports none. */
export type TaggedContent = {
  group: string
  object_type: string
  param: string
  attach: { path: string; op: ReturnType<typeof op<ReturnType<typeof attaching>>> }
  detach: { path: string; op: ReturnType<typeof op<ReturnType<typeof detaching>>> }
  /** Locks an object until the transaction ends. @throws a 404 if there is none. */
  locked(workspace: Workspace, id: string): Promise<{ id: string }>
  /** @throws a 404 if there is no such admin. */
  theAdmin(workspace: Workspace, id: string): Promise<{ id: string }>
}

/** Returns the two operations of its tags. No topic is about them. */
export function contentTags({ group, param, attach, detach, locked, theAdmin, object_type }: TaggedContent): Resource {
  const taggable: Taggable<{ id: string }> = { object_type, attached: async () => {}, detached: async () => {} }

  function routes(app: App) {
    app.post(attach.path, attach.op, async ({ workspace, params, body }) => {
      const content = await locked(workspace, idIn(params, param))
      const tag = await theTag(workspace, body.id)
      const admin_id = body.admin_id ? (await theAdmin(workspace, body.admin_id)).id : workspace.admin_id
      return presentAppliedTag(await attachTag(workspace, taggable, content, tag, admin_id))
    })

    app.delete(detach.path, detach.op, async ({ workspace, params }) => {
      const content = await locked(workspace, idIn(params, param))
      const tag = await theTag(workspace, idIn(params, 'id'))
      await detachTag(workspace, taggable, content, tag)
      return presentAppliedTag({ ...tag, applied_at: null, applied_by: null })
    })
  }

  return { group, routes }
}

const idIn = (params: unknown, name: string): string => (params as Record<string, string>)[name] as string
