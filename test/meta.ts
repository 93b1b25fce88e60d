// Meta's Cloud API as documented, for tests: accepts messages and checks each one, serves media, fails on request,
// and posts signed changes to a webhook.
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { faultsOf, type MetaMessage } from './meta/message.ts'

export type Failure =
  | { status: number; code?: number; details?: string; title?: string; retry_after?: string; transient?: boolean }
  | 'reset'
  | 'reset after taking it'
  | 'silence'
  | 'nonsense'

/** The size and the URL that it reports can be wrong. */
type Medium = {
  content_type: string
  bytes: Buffer
  file_size?: number | string
  url?: string
  status?: number
  retry_after?: string
  /** The connection breaks in the middle of the bytes. */
  breaks?: boolean
}

export type ReceivedMessage = MetaMessage & { wamid: string }

export type MetaPeer = {
  /** The base URL of the API, with its version. */
  url: string
  phone_number_id: string
  secrets: { access_token: string; app_secret: string; verify_token: string }
  /** The accepted messages, in order. */
  received: ReceivedMessage[]
  /** The errors of requests: a test that expects none checks this. */
  faults: string[]
  requests: number
  /** Called for each valid message; `nth` counts the requests for that recipient, from 1. */
  fail: (message: MetaMessage, nth: number) => Failure | undefined
  message_status: string | undefined
  /** Milliseconds until each message is answered. */
  slowness: number
  media: Map<string, Medium>
  /** The media URLs that it has given out, and how long each is valid in milliseconds. */
  media_urls: string[]
  media_url_ms: number
  /** Posts to a webhook: a body of changes, or any text. */
  post(webhook: string, body: object | string, signing?: { secret?: string; signature?: string }): Promise<Response>
  status(received: { wamid: string; biz_opaque_callback_data?: string }, status: string, more?: object): object
  close(): Promise<void>
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
    .end(JSON.stringify(body))

const errorBody = (code: number, message: string, { details, title, transient }: Exclude<Failure, string>) => ({
  error: {
    message: `(#${code}) ${message}`,
    type: 'OAuthException',
    code,
    ...(title && { title }),
    ...(transient && { is_transient: true }),
    ...(details && { error_data: { messaging_product: 'whatsapp', details } }),
    fbtrace_id: 'A1b2C3',
  },
})

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}

export async function metaPeer({ version = 'v23.0' } = {}): Promise<MetaPeer> {
  const requests = new Map<string, number>()
  const given_urls = new Map<string, number>()
  const sockets = new Set<IncomingMessage['socket']>()

  const peer: MetaPeer = {
    url: '',
    phone_number_id: `1${randomBytes(6).readUIntBE(0, 6)}`.slice(0, 15).padEnd(12, '0'),
    secrets: {
      access_token: `EAA${randomBytes(12).toString('hex')}`,
      app_secret: randomBytes(16).toString('hex'),
      verify_token: `verify-${randomBytes(6).toString('hex')}`,
    },
    received: [],
    faults: [],
    requests: 0,
    fail: () => undefined,
    message_status: undefined,
    slowness: 0,
    media: new Map(),
    media_urls: [],
    media_url_ms: 300_000,
    async post(webhook, body, { secret = peer.secrets.app_secret, signature } = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      const signed = signature ?? `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`
      return fetch(webhook, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          'x-hub-signature-256': signed,
        },
        body: text,
      })
    },
    status: ({ wamid, biz_opaque_callback_data }, status, more = {}) => ({
      id: wamid,
      status,
      timestamp: String(Math.floor(Date.now() / 1000)),
      recipient_id: '12025550123',
      ...(biz_opaque_callback_data && { biz_opaque_callback_data }),
      ...(status === 'sent' && {
        conversation: { id: 'c1', expiration_timestamp: '1790000000', origin: { type: 'utility' } },
      }),
      pricing: { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' },
      ...more,
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }

  function accept(response: ServerResponse, message: MetaMessage) {
    const wamid = `wamid.${randomBytes(18).toString('base64')}`
    peer.received.push({ ...message, wamid })
    const { message_status } = peer
    return () =>
      json(response, 200, {
        messaging_product: 'whatsapp',
        contacts: [
          message.to
            ? { input: message.to, wa_id: message.to }
            : { input: message['recipient'], user_id: message['recipient'] },
        ],
        messages: [{ id: wamid, ...(message_status && { message_status }) }],
      })
  }

  function answer(response: ServerResponse, message: MetaMessage, failure: Failure | undefined) {
    if (failure === undefined) return accept(response, message)()
    if (failure === 'reset') return response.socket?.resetAndDestroy()
    if (failure === 'silence') return undefined
    if (failure === 'nonsense') return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    if (failure === 'reset after taking it') {
      accept(response, message)
      return response.socket?.resetAndDestroy()
    }
    const { status, code, retry_after } = failure
    const headers = retry_after === undefined ? undefined : { 'retry-after': retry_after }
    if (code === undefined) return response.writeHead(status, headers).end('Try later')
    return json(response, status, errorBody(code, 'As requested by the test', failure), headers)
  }

  async function takeMessage(request: IncomingMessage, response: ServerResponse) {
    const text = await bodyOf(request)
    const faults = faultsOf(request.headers['content-type'], text)
    if (faults.length) {
      peer.faults.push(...faults)
      return json(response, 400, errorBody(100, 'Invalid parameter', { status: 400, details: faults.join('; ') }))
    }
    const message = JSON.parse(text) as MetaMessage
    const recipient = message.to ?? message['recipient']
    const nth = (requests.get(recipient) ?? 0) + 1
    requests.set(recipient, nth)
    if (peer.slowness) await new Promise((resolve) => setTimeout(resolve, peer.slowness))
    answer(response, message, peer.fail(message, nth))
  }

  function describeMedia(response: ServerResponse, id: string) {
    const medium = peer.media.get(id)
    if (!medium) return json(response, 400, errorBody(100, 'Unsupported get request', { status: 400 }))
    const hash = randomBytes(8).toString('hex')
    given_urls.set(`${id} ${hash}`, Date.now() + peer.media_url_ms)
    const there = `${new URL(peer.url).origin}/whatsapp_business/attachments/?mid=${encodeURIComponent(id)}&ext=1&hash=${hash}`
    peer.media_urls.push(there)
    const { content_type, bytes, file_size = bytes.length, url = there } = medium
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    json(response, 200, { messaging_product: 'whatsapp', url, mime_type: content_type, sha256, file_size, id })
  }

  function serveMedia(response: ServerResponse, id: string, hash: string | null) {
    const { content_type = '', bytes, status = 200, retry_after, breaks } = peer.media.get(id) ?? {}
    if (!((given_urls.get(`${id} ${hash}`) ?? 0) > Date.now())) return response.writeHead(404).end()
    if (retry_after) response.setHeader('retry-after', retry_after)
    if (!bytes || status !== 200) return response.writeHead(bytes ? status : 404).end()
    if (breaks) {
      const headers = { 'content-type': content_type, 'content-length': bytes.length + 1 }
      return response.writeHead(200, headers).write(bytes, () => response.destroy())
    }
    return response.writeHead(200, { 'content-type': content_type }).end(bytes)
  }

  const server = createServer((request, response) => {
    peer.requests++
    const url = new URL(request.url ?? '', 'http://meta')
    if (request.headers.authorization !== `Bearer ${peer.secrets.access_token}`) {
      request.resume()
      return json(response, 401, errorBody(190, 'Invalid OAuth access token', { status: 401 }))
    }
    const route = `${request.method} ${url.pathname}`
    if (route === `POST /${version}/${peer.phone_number_id}/messages`) return void takeMessage(request, response)
    request.resume()
    const mid = url.searchParams.get('mid')
    if (route === 'GET /whatsapp_business/attachments/' && mid) {
      return serveMedia(response, mid, url.searchParams.get('hash'))
    }
    const [, id] = new RegExp(`^GET /${version}/([^/]+)$`).exec(route) ?? []
    if (id) return describeMedia(response, decodeURIComponent(id))
    peer.faults.push(`Unknown path: ${route}`)
    json(response, 400, errorBody(100, 'Unsupported request', { status: 400 }))
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  peer.url = `http://127.0.0.1:${(server.address() as { port: number }).port}/${version}`
  return peer
}

/** The body of a webhook: statuses and messages of one number, or any `value`. */
export const webhookBody = (phone_number_id: string, value: object) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '102290129340398',
      changes: [
        {
          field: 'messages',
          value: {
            messaging_product: 'whatsapp',
            metadata: { display_phone_number: '15550783881', phone_number_id },
            ...value,
          },
        },
      ],
    },
  ],
})

let written = 0

/** The value of a change: a message of any type, with the profile of its sender. */
export function wrote(
  from: string,
  message: { type: string; [part: string]: unknown },
  { name = 'Sheena', at = new Date() } = {},
) {
  const id = `wamid.in${process.pid}.${written++}`
  const timestamp = String(Math.floor(at.getTime() / 1000))
  return {
    contacts: [{ profile: { name }, wa_id: from }],
    messages: [{ from, id, timestamp, ...message }],
  }
}
