// Looks up TXT records in the DNS.
import { Resolver } from 'node:dns/promises'

/** Returns the texts of the name's TXT records; empty if there are none. @throws if the DNS gives no answer now. */
export type LookUpTxt = (name: string) => Promise<string[]>

const TRY_MS = 1_500
/** For all servers and tries of one lookup. */
const LOOKUP_MS = 5_000

/** The name does not exist, has no such records, or cannot be a name. */
const ABSENT = ['ENOTFOUND', 'ENODATA', 'EBADNAME']

/** @param servers `['127.0.0.1:53']`; default: those of the system. */
export const txtLookup =
  (servers?: readonly string[]): LookUpTxt =>
  async (name) => {
    const resolver = new Resolver({ timeout: TRY_MS, tries: 2 })
    if (servers) resolver.setServers(servers)
    const timer = setTimeout(() => resolver.cancel(), LOOKUP_MS)
    try {
      return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(''))
    } catch (error) {
      if (ABSENT.includes((error as { code?: string }).code ?? '')) return []
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
