// Signs a teammate in: a one-time link or an access token becomes a session.
import type { Pool } from '#db/sql.ts'
import { invalid, missing, unauthorized } from '#http/errors.ts'
import { beginWithLink, beginWithToken, newSecret } from '#workspaces/sign-ins.ts'
import type { SignInRequest } from './schema.ts'

const LONGEST_USER_AGENT = 300

type Browser = { user_agent: string | undefined }

/** Returns the session, whose text is not stored. @throws a 400 or 401. */
export async function beginSignIn(sql: Pool, { secret, access_token }: SignInRequest, { user_agent }: Browser) {
  if (secret !== undefined && access_token !== undefined) throw invalid('Give either secret or access_token, not both')
  const session = newSecret()
  const given = { session, user_agent: user_agent?.slice(0, LONGEST_USER_AGENT) ?? null }
  if (secret !== undefined) return { ...begun(await beginWithLink(sql, secret, given), USED), session }
  if (access_token === undefined) throw missing('secret is required')
  return { ...begun(await beginWithToken(sql, access_token, given)), session }
}

const USED = 'The link has been used, or is older than an hour: `interphone sign-in` makes another'

function begun<Begun>(begun: Begun | undefined, message?: string): Begun {
  if (!begun) throw unauthorized(message)
  return begun
}
