// Signs a teammate in: a one-time link or an access token becomes a session.
import type { Pool } from '#db/sql.ts'
import { assertAllowed } from '#http/auth.ts'
import { invalid, missing, unauthorized } from '#http/errors.ts'
import { rangesOf } from '#net/addresses.ts'
import { beginWithLink, beginWithToken, findSignedIn, newSecret } from '#workspaces/sign-ins.ts'
import type { SignInRequest } from './schema.ts'

const LONGEST_USER_AGENT = 300

type Browser = { user_agent: string | undefined; ip: string }

/**
 * Returns the session, whose text is not stored. @throws a 400 or 401; a 403 if the IP allowlist of the workspace does not
 * have the address, and then a link can still be used.
 */
export async function beginSignIn(sql: Pool, { secret, access_token }: SignInRequest, { user_agent, ip }: Browser) {
  if (secret !== undefined && access_token !== undefined) throw invalid('Give either secret or access_token, not both')
  const session = newSecret()
  const given = { session, user_agent: user_agent?.slice(0, LONGEST_USER_AGENT) ?? null }
  if (secret === undefined && access_token === undefined) throw missing('secret is required')
  return sql.begin(async (transaction) => {
    const { workspace_id, id } =
      secret === undefined
        ? begun(await beginWithToken(transaction, access_token!, given))
        : begun(await beginWithLink(transaction, secret, given), USED)
    const caller = await findSignedIn(transaction, session)
    assertAllowed(ip, caller?.allowed_ips ? rangesOf(caller.allowed_ips) : undefined)
    return { workspace_id, id, session }
  })
}

const USED = 'The link has been used, or is older than an hour: `interphone sign-in` makes another'

function begun<Begun>(begun: Begun | undefined, message?: string): Begun {
  if (!begun) throw unauthorized(message)
  return begun
}
