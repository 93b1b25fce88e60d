// The API version of a request, and whether that version has an operation.
import type { FastifyRequest } from 'fastify'
import { before, parseVersion, type Version } from '#versions/versions.ts'
import { badRequest, invalid, unknownVersion } from './errors.ts'
import type { Operation } from './op.ts'

/** Returns the version of the header, or the workspace's default, or the server's. Throws a 400 if it is unknown. */
export function versionOf(request: FastifyRequest, workspaceDefault: Version | null, serverDefault: Version): Version {
  const header = request.headers['intercom-version']
  if (header === undefined || header === '') return workspaceDefault ?? serverDefault
  const version = parseVersion(String(header))
  if (!version) throw unknownVersion()
  return version
}

/** Returns the version that a field of a request names. @throws a 400 if it is unknown. */
export function readVersion(text: string, field: string): Version {
  const version = parseVersion(text)
  if (!version) throw invalid(`${field} ${text} is not a version of the API`)
  return version
}

/** Requests with older versions get this version's operations. */
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
