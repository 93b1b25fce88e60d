// The error responses in the API reference: one for each status, shared by the operations.
import { Type } from 'typebox'
import type { Operation } from '../op.ts'
import type { RegisteredOperation } from '../operations.ts'
import { named } from '../types.ts'

export const ErrorList = named(
  'error_list',
  Type.Object({
    type: Type.Literal('error.list'),
    request_id: Type.String({ description: 'Also the header x-request-id.' }),
    errors: Type.Array(Type.Object({ code: Type.String({ description: 'For programs.' }), message: Type.String() }), {
      minItems: 1,
    }),
  }),
)

/** The error of the two operations that read WhatsApp statuses, instead of a list. */
export const BareErrorBody = named(
  'error',
  Type.Object({ type: Type.Literal('error'), request_id: Type.String(), message: Type.String() }),
)

type Refusal = { name: string; description: string; code: string; message: string }

/** By status. */
export const REFUSALS: Record<number, Refusal> = {
  400: {
    name: 'BadRequest',
    description: 'The request is not valid, or the version does not have the operation.',
    code: 'parameter_invalid',
    message: 'body.name must be string',
  },
  401: {
    name: 'Unauthorized',
    description: 'There is no token, or it is not valid.',
    code: 'unauthorized',
    message: 'Access Token Invalid',
  },
  403: {
    name: 'Forbidden',
    description: 'The token or the sender is not allowed to do this.',
    code: 'forbidden',
    message: 'You do not have the required scope (write_conversations) to access this resource',
  },
  404: {
    name: 'NotFound',
    description: 'An object that the request names does not exist in the workspace.',
    code: 'not_found',
    message: 'Resource Not Found',
  },
  409: {
    name: 'Conflict',
    description: 'There is a conflict with another request, or with the state of the object.',
    code: 'conflict',
    message: 'Another request has just made the same, try again',
  },
  410: {
    name: 'Gone',
    description:
      'It is gone: a contact that was merged into the one that the Link header names, or a link that is too old.',
    code: 'contact_merged',
    message: "This contact has been merged. See the 'Link' header for the canonical contact.",
  },
  422: {
    name: 'Unprocessable',
    description: 'The request is well formed, but cannot be carried out.',
    code: 'parameter_not_found',
    message: 'No subject supplied for email message',
  },
  429: {
    name: 'TooManyRequests',
    description: 'The rate limit is used up; Retry-After says how many seconds to wait.',
    code: 'rate_limit_exceeded',
    message: 'Exceeded rate limit of 1666 in 10_seconds',
  },
}

const REQUEST_ID = '7e6a2f0c-58d1-4b6e-9a43-0f6b1c2d3e4f'

const jsonOf = (schema: string, example: object) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example },
})

const listResponse = ({ description, code, message }: Refusal) => ({
  description,
  content: jsonOf('error_list', { type: 'error.list', request_id: REQUEST_ID, errors: [{ code, message }] }),
})

const OTHER: Refusal = {
  name: 'Error',
  description: 'Any other error, such as 413 for a body that is too large, or 503 while the database is unavailable.',
  code: 'service_unavailable',
  message: 'The database is not available, try again',
}

/** `components.responses`. */
export const sharedResponses = () => ({
  ...Object.fromEntries([...Object.values(REFUSALS), OTHER].map((refusal) => [refusal.name, listResponse(refusal)])),
  BareError: {
    description: 'The request is not valid, or something went wrong.',
    content: jsonOf('error', { type: 'error', request_id: REQUEST_ID, message: 'ruleset_id is required' }),
  },
})

const refer = (name: string) => ({ $ref: `#/components/responses/${name}` })

/** The facts about an operation that decide which errors it can return. */
export type Refusing = Pick<RegisteredOperation, 'options' | 'url' | 'method'>

export const takesToken = ({ auth = 'token' }: Operation): boolean => auth === 'token'
export const isOpen = ({ auth = 'token' }: Operation): boolean => auth !== 'token' && auth !== 'contact'

/**
 * Returns the error statuses of an operation: those that follow from its path, its schemas and its token, and its own
 * `refuses`.
 */
export function statusesOf({ options, url, method }: Refusing): number[] {
  const { refuses = [] } = options
  const statuses = [
    400, // A NUL in the query.
    ...(isOpen(options) ? [] : [401, 429]),
    // Without the scope, from an address off the allowlist, or with a sign-in and from a page of others.
    ...(takesToken(options) ? [403] : []),
    ...(url.includes(':') ? [404] : []),
    // The Idempotency-Key is in use, or was used for another request.
    ...(method === 'POST' && !isOpen(options) ? [409, 422] : []),
    ...refuses,
  ]
  return [...new Set(statuses)].sort()
}

/** Returns the error responses of an operation; `bare` ones have no list for 400 and 500. */
export const refusalsOf = (statuses: readonly number[], { bare }: { bare: boolean }) => ({
  ...Object.fromEntries(
    statuses.flatMap((status) => {
      const name = bare && status === 400 ? 'BareError' : REFUSALS[status]?.name
      return name ? [[status, refer(name)]] : []
    }),
  ),
  ...(bare && { 500: refer('BareError') }),
  default: refer(OTHER.name),
})
