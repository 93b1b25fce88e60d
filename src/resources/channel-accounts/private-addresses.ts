// Refuses URLs that would connect the server to private addresses.
import type { FastifyRequest } from 'fastify'
import { PROVIDERS } from '#channels/providers.ts'
import { invalid } from '#http/errors.ts'
import type { EgressPolicy } from '#net/egress.ts'
import type { Configuration } from './schema.ts'

const ADDRESSES = new Set(Object.values(PROVIDERS).map(({ address }) => address))

/**
 * A preHandler, so that no transaction waits for the DNS. It only reports the error early: every connection checks the
 * address again.
 */
export const assertAllowedAddresses = (egress: EgressPolicy) => async (request: FastifyRequest) => {
  const configuration = request.body as Partial<Configuration>
  for (const field of ADDRESSES) {
    const [part, name] = field.split('.') as [keyof Configuration, string]
    await assertAllowedAddress(egress, field, configuration[part]?.[name])
  }
}

/** @throws a 400 that names the field. A value that is not a URL passes: its schema refuses it. */
export async function assertAllowedAddress(egress: EgressPolicy, field: string, url: unknown): Promise<void> {
  const host = typeof url === 'string' && URL.parse(url)?.hostname
  if (host && !(await egress.allows(host)))
    throw invalid(`${field} leads to a private address: ${host}. ALLOW_PRIVATE_ADDRESSES on the server may allow it`)
}
