// The egress policy: which addresses the server may connect to on behalf of a workspace. Sockets check it when they
// connect.
import { lookup as resolveName } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { EVERYTHING, mayBeCalled, type Range, rangesOf, withoutBrackets } from './addresses.ts'

export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>

export type EgressPolicy = {
  /**
   * Throws RefusedAddress. Call it before connecting: for a host that is an address, a socket does not call `lookup`.
   */
  assertLiteral(host: string): void
  /** For sockets: looks up the allowed addresses of a name. Fails with RefusedAddress if there are none. */
  lookup: LookupFunction
  /** Returns whether a host has an allowed address. Returns true if the name cannot be looked up at the moment. */
  allows(host: string): Promise<boolean>
}

export class RefusedAddress extends Error {
  readonly code = 'REFUSED_ADDRESS'

  constructor(host: string) {
    super(`${host} is not a public address`)
  }
}

const SYSTEM: Resolve = (hostname) => resolveName(hostname, { all: true })
const LOOKUP_TIMEOUT_MS = 3_000

/** Allows all public addresses, and the ranges in `allowed`: `['10.0.0.0/8']`. */
export function egressPolicy({
  allowed = [],
  resolve = SYSTEM,
}: {
  allowed?: readonly Range[]
  resolve?: Resolve
} = {}): EgressPolicy {
  const ranges = rangesOf(allowed)
  const allowedAddresses = async (hostname: string) =>
    (await resolve(hostname)).filter(({ address }) => mayBeCalled(address, ranges))

  return {
    assertLiteral(host) {
      const literal = withoutBrackets(host)
      if (isIP(literal) && !mayBeCalled(literal, ranges)) throw new RefusedAddress(literal)
    },
    lookup(hostname, options, done) {
      allowedAddresses(hostname).then(
        (addresses) => {
          const [first] = addresses
          if (!first) done(new RefusedAddress(hostname), [])
          else if (options.all) done(null, addresses)
          else done(null, first.address, first.family)
        },
        (error) => done(error, []),
      )
    },
    async allows(host) {
      const literal = withoutBrackets(host)
      if (isIP(literal)) return mayBeCalled(literal, ranges)
      const unknown = new Promise<true>((resolve) => setTimeout(resolve, LOOKUP_TIMEOUT_MS, true).unref())
      const known = allowedAddresses(host).then(
        ({ length }) => length > 0,
        () => true,
      )
      return Promise.race([known, unknown])
    },
  }
}

/** For addresses that the operator has configured. */
export const ANYWHERE = egressPolicy({ allowed: EVERYTHING })
