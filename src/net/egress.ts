// How far connections may go that somebody else has named: judged by the socket itself, when it connects.
import { lookup as resolveName } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { EVERYTHING, mayBeCalled, type Range, rangesOf, withoutBrackets } from './addresses.ts'

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export type EgressPolicy = {
  /** Throws RefusedAddress. An address never comes to `lookup`, so whoever connects to a host asks here first. */
  assertLiteral(host: string): void
  /** For sockets: those of a name's addresses that may be called. RefusedAddress where there are none. */
  lookup: LookupFunction
  /** Whether there is anything at a host that may be called. Of a name that cannot be looked up just now: yes. */
  covers(host: string): Promise<boolean>
}

export class RefusedAddress extends Error {
  readonly code = 'REFUSED_ADDRESS'

  constructor(host: string) {
    super(`${host} is not a public address`)
  }
}

const SYSTEM: Resolve = (hostname) => resolveName(hostname, { all: true })
const PATIENCE_MS = 3_000

/** Everything that is public, and what is `allowed` besides: `['10.0.0.0/8']`. */
export function egressPolicy({
  allowed = [],
  resolve = SYSTEM,
}: {
  allowed?: readonly Range[]
  resolve?: Resolve
} = {}): EgressPolicy {
  const ranges = rangesOf(allowed)
  const passing = async (hostname: string) =>
    (await resolve(hostname)).filter(({ address }) => mayBeCalled(address, ranges))

  return {
    assertLiteral(host) {
      const literal = withoutBrackets(host)
      if (isIP(literal) && !mayBeCalled(literal, ranges)) throw new RefusedAddress(literal)
    },
    lookup(hostname, options, done) {
      passing(hostname).then(
        (addresses) => {
          const [first] = addresses
          if (!first) done(new RefusedAddress(hostname), [])
          else if (options.all) done(null, addresses)
          else done(null, first.address, first.family)
        },
        (error) => done(error, []),
      )
    },
    async covers(host) {
      const literal = withoutBrackets(host)
      if (isIP(literal)) return mayBeCalled(literal, ranges)
      const unknown = new Promise<true>((resolve) => setTimeout(resolve, PATIENCE_MS, true).unref())
      const known = passing(host).then(
        ({ length }) => length > 0,
        () => true,
      )
      return Promise.race([known, unknown])
    },
  }
}

/** For what the operator has named. */
export const ANYWHERE = egressPolicy({ allowed: EVERYTHING })
