// The schema of a sign-in: a teammate who uses the pages of the server in a browser.
import { type Static, Type } from 'typebox'
import { PageOf } from '#http/lists.ts'
import { epoch, Nullable, named } from '#http/types.ts'
import type { SignInRow } from '#workspaces/sign-ins.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export const SignIn = named(
  'sign_in',
  Type.Object({
    type: Type.Literal('sign_in'),
    id: Type.String(),
    admin: named(
      'signed_in_admin',
      Type.Object({
        type: Type.Literal('admin'),
        id: Type.String(),
        name: Type.String(),
        email: Type.String(),
        avatar: Nullable(Type.String({ description: 'The URL of a picture.' })),
      }),
    ),
    workspace: named(
      'signed_in_workspace',
      Type.Object({ type: Type.Literal('workspace'), id: Type.String(), name: Type.String() }),
    ),
    scopes: Nullable(Type.Array(Type.String(), { description: 'Those of the access token that began it. Null: all.' })),
    is_current: Type.Boolean({ description: 'Whether the request was made with it.' }),
    user_agent: Nullable(Type.String({ description: 'The browser that began it.' })),
    created_at: Type.Integer(),
    last_used_at: Type.Integer({ description: 'To within five minutes.' }),
    expires_at: Type.Integer({ description: '30 days after the last use.' }),
  }),
)

export const SignInPage = named('sign_in_list', PageOf(SignIn))

export const SignInRequest = named(
  'sign_in_request',
  Type.Object({
    secret: Type.Optional(Type.String({ maxLength: 255, description: 'Of a link: what follows `#sign-in=`.' })),
    access_token: Type.Optional(Type.String({ maxLength: 255, description: 'An access token, instead of a link.' })),
  }),
)
export type SignInRequest = Static<typeof SignInRequest>

export const presentSignIn = (row: SignInRow, { id }: Pick<Workspace, 'id'>, current: string | null) =>
  ({
    type: 'sign_in',
    id: row.id,
    admin: {
      type: 'admin',
      id: row.admin_id,
      name: row.admin_name,
      email: row.admin_email,
      avatar: row.admin_avatar,
    },
    workspace: { type: 'workspace', id, name: row.workspace_name },
    scopes: row.scopes,
    is_current: row.id === current,
    user_agent: row.user_agent,
    created_at: epoch(row.created_at),
    last_used_at: epoch(row.last_used_at),
    expires_at: epoch(row.expires_at),
  }) satisfies Static<typeof SignIn>
