// Which version of the API a request speaks, and whether that version has an operation.
import type { FastifyRequest } from 'fastify'
import { before, parseVersion, type Version } from '#versions/versions.ts'
import { badRequest, unknownVersion } from './errors.ts'
import type { Operation } from './op.ts'

/** The header's version, else the workspace's, else the server's. */
export function versionOf(request: FastifyRequest, workspaceDefault: Version | null, serverDefault: Version): Version {
  const header = request.headers['intercom-version']
  if (header === undefined || header === '') return workspaceDefault ?? serverDefault
  const version = parseVersion(String(header))
  if (!version) throw unknownVersion()
  return version
}

/** Older than 2.7 is served as 2.7. */
const OLDEST_PUBLISHED = '2.7'

export function isAvailable({ since, until }: Operation, version: Version): boolean {
  const asked = before(version, OLDEST_PUBLISHED) ? OLDEST_PUBLISHED : version
  return !(since && before(asked, since)) && !(until && before(until, asked))
}

export function assertAvailable(operation: Operation, version: Version) {
  if (!isAvailable(operation, version)) {
    throw badRequest('intercom_version_invalid', 'Requested resource is not available in current API version.')
  }
}
