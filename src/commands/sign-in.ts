// The command interphone sign-in, and the link of the first screen.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, isGiven } from '#config.ts'
import { giveTo, openDirectory, ownerOf } from '#db/embedded/location.ts'
import type { Pool } from '#db/sql.ts'
import { print } from '#lib/terminal.ts'
import { findAdminToSignIn, insertSignInLink } from '#workspaces/sign-ins.ts'
import { workspaceNamed } from './workspaces.ts'

/** The secret is in the fragment, which browsers do not send, so that no proxy logs it. */
export const signInUrl = (public_url: string, secret: string): string => `${public_url}/#sign-in=${secret}`

type Place = Pick<Config, 'data_dir' | 'public_url'>

const pathOfUrl = (data_dir: string): string => join(openDirectory(data_dir), 'url')

/** Stores the URL of this server in its data directory, because the command `sign-in` does not know its `--port`. */
export function storeUrl({ data_dir, public_url }: Place): void {
  const path = pathOfUrl(data_dir)
  writeFileSync(path, `${public_url}\n`)
  giveTo(ownerOf(data_dir), path)
}

/** Returns the URL of the settings, or if they have none, that of the server which used the data directory last. */
function urlOfServer({ data_dir, public_url }: Place): string {
  const path = pathOfUrl(data_dir)
  if (['PORT', 'HOST', 'PUBLIC_URL', 'DATABASE_URL'].some(isGiven) || !existsSync(path)) return public_url
  return readFileSync(path, 'utf8').trim() || public_url
}

/** Prints a link for the admin with the email, or for the first one. @throws Error with one sentence if there is none. */
export async function printSignIn(
  sql: Pool,
  place: Place,
  email: string | undefined,
  { workspace }: { workspace?: string },
) {
  const { id } = await workspaceNamed(sql, workspace)
  const admin = await findAdminToSignIn(sql, id, email)
  if (!admin) throw new Error(`Workspace ${id} has no teammate ${email}: POST /extensions/admins adds one.`)
  print(signInUrl(urlOfServer(place), await insertSignInLink(sql, id, admin.id)))
}
