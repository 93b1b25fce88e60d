// The schemas of a workspace, for operators.
import { type Static, Type } from 'typebox'
import { epoch, ListOf, named } from '#http/types.ts'
import type { WorkspaceRow } from '#workspaces/queries.ts'

export const Workspace = named(
  'workspace',
  Type.Object({
    type: Type.Literal('workspace'),
    id: Type.String(),
    name: Type.String(),
    timezone: Type.String(),
    created_at: Type.Integer(),
  }),
)

/** A new workspace with its token, which is never shown again, and its admin. */
export const NewWorkspace = named(
  'workspace_with_token',
  Type.Object({ ...Workspace.properties, token: Type.String(), admin_id: Type.String() }),
)

export const WorkspaceList = named('workspace_list', ListOf(Workspace))

export const WorkspaceRequest = named(
  'workspace_request',
  Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    timezone: Type.Optional(Type.String({ description: 'An IANA name such as Europe/Dublin.', maxLength: 64 })),
  }),
)

export const DeletedWorkspace = named(
  'workspace_deleted',
  Type.Object({
    type: Type.Literal('workspace'),
    id: Type.String(),
    deleted: Type.Literal(true),
  }),
)

export const presentWorkspace = ({ id, name, timezone, created_at }: WorkspaceRow): Static<typeof Workspace> => ({
  type: 'workspace',
  id,
  name,
  timezone,
  created_at: epoch(created_at),
})
