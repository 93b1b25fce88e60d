// The command interphone sign-in, and the link of the first screen.
import type { Pool } from '#db/sql.ts'
import { print } from '#lib/terminal.ts'
import { findAdminToSignIn, insertSignInLink } from '#workspaces/sign-ins.ts'
import { workspaceNamed } from './workspaces.ts'

/** The secret is in the fragment, which browsers do not send, so that no proxy logs it. */
export const signInUrl = (public_url: string, secret: string): string => `${public_url}/#sign-in=${secret}`

/** Prints a link for the admin with the email, or for the first one. @throws Error with one sentence if there is none. */
export async function printSignIn(
  sql: Pool,
  { public_url }: { public_url: string },
  email: string | undefined,
  { workspace }: { workspace?: string },
) {
  const { id } = await workspaceNamed(sql, workspace)
  const admin = await findAdminToSignIn(sql, id, email)
  if (!admin) throw new Error(`Workspace ${id} has no teammate ${email}: POST /extensions/admins adds one.`)
  print(signInUrl(public_url, await insertSignInLink(sql, id, admin.id)))
}
