// A collector of traces that decodes what it gets: OTLP over HTTP, in protocol buffers.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after } from 'node:test'

export type CollectedSpan = {
  trace_id: string
  span_id: string
  parent_id: string
  name: string
  kind: 'internal' | 'server' | 'client' | 'consumer'
  attributes: Record<string, string | number>
  failed: boolean
  /** The text of its status, and the number of its events: ours have none. */
  status_text: string
  events: number
  resource: Record<string, string | number>
}

type Field = { id: number; value: number | Buffer }

/** It closes after the tests of the file. `received` has the bodies. */
export async function otlpReceiver() {
  const spans: CollectedSpan[] = []
  const received: Buffer[] = []
  const requests: { path: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer(async (request, response) => {
    const body = await buffer(request)
    received.push(body)
    requests.push({ path: request.url ?? '', headers: request.headers })
    spans.push(...spansOf(body))
    response.setHeader('content-type', 'application/x-protobuf').end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, received, requests }
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as CollectedSpan['kind'][]
const FAILED = 2

function spansOf(body: Buffer): CollectedSpan[] {
  return children(body, 1).flatMap((resource_spans) => {
    const resource = attributesOf(children(children(resource_spans, 1)[0] ?? Buffer.alloc(0), 1))
    return children(resource_spans, 2).flatMap((scope_spans) =>
      children(scope_spans, 2).map((span) => ({ ...spanOf(span), resource })),
    )
  })
}

function spanOf(span: Buffer): Omit<CollectedSpan, 'resource'> {
  const hex = (id: number) => children(span, id)[0]?.toString('hex') ?? ''
  const status = children(span, 15)[0] ?? Buffer.alloc(0)
  return {
    ...{ trace_id: hex(1), span_id: hex(2), parent_id: hex(4) },
    name: children(span, 5)[0]?.toString() ?? '',
    kind: KINDS[numberOf(span, 6)] ?? 'internal',
    attributes: attributesOf(children(span, 9)),
    failed: numberOf(status, 3) === FAILED,
    status_text: children(status, 2)[0]?.toString() ?? '',
    events: children(span, 11).length,
  }
}

function attributesOf(pairs: Buffer[]): Record<string, string | number> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = Buffer.alloc(0)] = children(pair, 1)
      const [value = Buffer.alloc(0)] = children(pair, 2)
      const [text] = children(value, 1)
      return [key.toString(), text === undefined ? numberOf(value, 3) : text.toString()]
    }),
  )
}

const children = (message: Buffer, id: number): Buffer[] =>
  fieldsOf(message).flatMap((field) => (field.id === id && Buffer.isBuffer(field.value) ? [field.value] : []))

const numberOf = (message: Buffer, id: number): number =>
  Number(fieldsOf(message).find((field) => field.id === id && typeof field.value === 'number')?.value ?? 0)

const VARINT = 0
const EIGHT_BYTES = 1
const BYTES = 2

function fieldsOf(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at++] as number
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  const bytes = (length: number) => {
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = varint()
    const kind = tag & 7
    const value = kind === VARINT ? varint() : bytes(kind === BYTES ? varint() : kind === EIGHT_BYTES ? 8 : 4)
    fields.push({ id: tag >> 3, value })
  }
  return fields
}
