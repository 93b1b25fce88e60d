// The cookie of a reader, so that each has one reaction to an article. It is set with the first reaction, not before.
import { randomBytes } from 'node:crypto'

const NAME = 'hc_reader'
const A_YEAR = 31_536_000

/** Returns the id of a reader that reacted before. */
export const readerOf = (cookies: string | undefined): string | undefined =>
  /(?:^|;\s*)hc_reader=([\w-]{24})(?:;|$)/.exec(cookies ?? '')?.[1]

export const newReader = (): string => randomBytes(18).toString('base64url')

/** Returns the header that sets the cookie. `base`: the path of the help center. */
export const cookieOf = (reader_id: string, { base, is_secure }: { base: string; is_secure: boolean }): string =>
  `${NAME}=${reader_id}; Path=${base || '/'}; Max-Age=${A_YEAR}; HttpOnly; SameSite=Lax${is_secure ? '; Secure' : ''}`
