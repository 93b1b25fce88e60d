// Builds the OpenAPI document of one API version: its operations, with the schemas of that version.

import type { Conversions, OperationInVersion } from '#versions/conversions.ts'
import { before, LATEST, VERSIONS, type Version } from '#versions/versions.ts'
import type { RegisteredOperation } from '../operations.ts'
import { isAvailable } from '../version.ts'
import { exampleOf } from './examples.ts'
import { BareErrorBody, ErrorList, isOpen, refusalsOf, sharedResponses, statusesOf, takesToken } from './responses.ts'
import { type Components, describeSchema, mapValues } from './schemas.ts'

type Json = Record<string, unknown>

/** Returns the document for a version. */
export function describeApi(operations: Iterable<RegisteredOperation>, conversions: Conversions, version: Version) {
  const available = [...operations].filter(({ options }) => isAvailable(options, version))
  const components: Components = new Map()
  const paths: Record<string, Json> = {}
  for (const operation of available) {
    const path = operation.url.replace(/:(\w+)/g, '{$1}')
    const described = describeOperation(operation, conversions.in(operation, version), components)
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described }
  }
  for (const schema of [ErrorList, BareErrorBody]) describeSchema(schema, components)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Interphone',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }],
    tags: [...new Set(available.flatMap(groupsOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: SECURITY_SCHEMES,
      parameters: sharedParameters(version),
      responses: sharedResponses(),
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

const DESCRIPTION =
  'The Intercom REST API, served by yourself, and under /extensions what Intercom does only in its web app. ' +
  `The header Intercom-Version takes ${VERSIONS[5]} to ${LATEST}; /openapi.json?version=2.11 describes another version.`

const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: 'The token of a workspace.' },
  messenger_session: { type: 'http', scheme: 'bearer', description: "The token of a contact's messenger session." },
}

const groupsOf = ({ route }: RegisteredOperation): string[] => (route.config?.group ? [route.config.group] : [])

function describeOperation(
  registered: RegisteredOperation,
  operation: OperationInVersion,
  components: Components,
): Json {
  const { options, route } = registered
  const { params } = (route.schema ?? {}) as { params?: object }
  const parameters = [
    ...parametersIn('path', params, components),
    ...parametersIn('query', operation.query, components),
    ...headersOf(registered),
  ]
  return {
    operationId: operation.id,
    summary: options.summary,
    tags: groupsOf(registered),
    ...securityOf(options),
    ...(parameters.length && { parameters }),
    ...(operation.body && { requestBody: bodyOf(operation.body, components) }),
    ...(options.form && {
      requestBody: { content: { 'multipart/form-data': { schema: describeSchema(options.form, components) } } },
    }),
    responses: {
      [operation.status]: answerOf(registered, operation, components),
      ...(options.also_answers && {
        [options.also_answers.status]: {
          description: 'Success.',
          content: {
            'application/json': {
              schema: describeSchema(options.also_answers.response, components),
              example: exampleOf(options.also_answers.response),
            },
          },
        },
      }),
      ...refusalsOf(statusesOf(registered), { bare: options.bare_errors ?? false }),
    },
  }
}

function securityOf({ auth = 'token', scope }: RegisteredOperation['options']) {
  if (auth === 'contact') return { security: [{ messenger_session: [] }] }
  if (auth !== 'token') return { security: [] }
  return scope ? { security: [{ token: [scope] }] } : {}
}

function parametersIn(place: 'path' | 'query', schema: object | undefined, components: Components): Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: object; required?: string[] }
  return Object.entries(mapValues(properties, (inner) => describeSchema(inner as object, components))).map(
    ([name, { description, ...schema }]) => ({
      ...{ name, in: place, required: required.includes(name) },
      ...(description !== undefined && { description }),
      schema,
    }),
  )
}

const headersOf = ({ options, method }: RegisteredOperation): Json[] => [
  ...(takesToken(options) ? [{ $ref: '#/components/parameters/version' }] : []),
  ...(method === 'POST' && !isOpen(options) ? [{ $ref: '#/components/parameters/idempotency_key' }] : []),
]

const sharedParameters = (version: Version) => ({
  version: {
    name: 'Intercom-Version',
    in: 'header',
    description: "The version of the request and of its answer. Default: the workspace's version, or the server's.",
    schema: { type: 'string', enum: VERSIONS.filter((other) => !before(other, '2.7')), default: version },
  },
  idempotency_key: {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'For a day, the same key with the same request gets the first answer again.',
    schema: { type: 'string', maxLength: 255 },
  },
})

const bodyOf = (schema: object, components: Components) => ({
  required: ((schema as { required?: string[] }).required ?? []).length > 0,
  content: { 'application/json': { schema: describeSchema(schema, components) } },
})

type AnswerSchema = { const?: unknown; type?: string; description?: string; contentMediaType?: string }

function answerOf(
  { answer: latest }: RegisteredOperation,
  operation: OperationInVersion,
  components: Components,
): Json {
  const { const: fixed, description = 'Success.', contentMediaType, ...schema } = operation.answer as AnswerSchema
  if (fixed === '') return { description }
  if (contentMediaType) return { description, content: { [contentMediaType]: { schema } } }
  const { convertAnswer = (answer: unknown) => answer } = operation
  return {
    description: 'Success.',
    content: {
      'application/json': {
        schema: describeSchema(operation.answer, components),
        example: convertAnswer(exampleOf(latest as Parameters<typeof exampleOf>[0])),
      },
    },
  }
}
