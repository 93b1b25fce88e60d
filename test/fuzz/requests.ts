// Random requests to an operation: they fit its description, with up to two values in each replaced by malicious ones.
import fc from 'fast-check'
import { LATEST, VERSIONS } from '#versions/versions.ts'
import { bodiesOf } from './bodies.ts'
import { type Schema, valuesOf } from './values.ts'
import { HUGE, type Vocabulary } from './vocabulary.ts'

type Parameter = { in: 'path' | 'query' | 'header'; name: string; schema: Schema }
export type Operation = {
  method: string
  path: string
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

/** The contents of a request, before it is serialised. */
type Contents = { places: object; queries: object; body?: unknown }
export type Request = { url: string; payload: string | undefined; headers: Record<string, string> }

export function requestsOf(vocabulary: Vocabulary, operation: Operation): fc.Arbitrary<Request> {
  const blows = fc.array(
    fc.record({
      place: fc.nat(),
      value: fc.constantFrom(...vocabulary.hurtful),
      how: fc.constantFrom('instead', 'instead', 'beside', 'gone'),
    }),
    { maxLength: 2 },
  )
  return fc
    .tuple(contentsOf(vocabulary, operation), blows, headers)
    .map(([contents, blows, headers]) => written(operation.path, blows.reduce(struck, contents), headers))
}

const headers = fc.record(
  {
    'intercom-version': fc.oneof({ weight: 3, arbitrary: fc.constant(LATEST) }, fc.constantFrom(...VERSIONS)),
    'idempotency-key': fc.oneof({ weight: 19, arbitrary: fc.constant('') }, fc.constantFrom('one', 'two')),
  },
  { requiredKeys: [] },
)

function contentsOf(vocabulary: Vocabulary, { path, parameters = [], requestBody }: Operation): fc.Arbitrary<Contents> {
  const fit = ({ name, schema }: Parameter) => {
    const collection = path.split(`/{${name}}`)[0]?.split('/').at(-1)
    return [name, valuesOf(vocabulary, schema, name, collection)] as const
  }
  const named = (place: Parameter['in']) =>
    Object.fromEntries(parameters.filter((parameter) => parameter.in === place).map(fit))
  const body = requestBody && Object.values(requestBody.content)[0]?.schema
  return fc.record({
    places: fc.record(named('path')),
    queries: fc.record(named('query'), { requiredKeys: [] }),
    ...(body && { body: bodiesOf(vocabulary)[path] ?? valuesOf(vocabulary, body, path.split('/').at(-1)) }),
  })
}

type Blow = { place: number; value: unknown; how: string }

/** Returns the contents with one value replaced, added or removed, at any depth. */
function struck(contents: Contents, { place, value, how }: Blow): Contents {
  const copy = structuredClone(contents)
  const places: [holder: Record<string, unknown>, key: string][] = []
  const visit = (holder: object) => {
    for (const [key, inner] of Object.entries(holder)) {
      if (holder !== copy || key === 'body') places.push([holder as Record<string, unknown>, key])
      if (typeof inner === 'object' && inner !== null) visit(inner)
    }
  }
  visit(copy)
  const [holder, key] = places[place % places.length] ?? []
  if (!holder || !key) return { ...copy, body: value }
  if (how === 'gone') delete holder[key]
  else holder[how === 'beside' ? `${key}_` : key] = value
  return copy
}

function written(path: string, { places, queries, body }: Contents, headers: Record<string, string>): Request {
  const inPath = places as Record<string, unknown>
  const query = Object.entries(queries).map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
  return {
    url: `${path.replace(/\{(\w+)\}/g, (_, name) => encoded(inPath[name]))}?${query.join('&')}`,
    payload: body === undefined ? undefined : JSON.stringify(body).replaceAll(`"${HUGE}"`, '1e400'),
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
  }
}

const encoded = (value: unknown) =>
  encodeURIComponent(String(typeof value === 'object' ? JSON.stringify(value) : value).toWellFormed())
