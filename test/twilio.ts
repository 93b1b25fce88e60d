// A real HTTP server that accepts messages like Twilio's API, fails on request, and sends signed callbacks.
// https://www.twilio.com/docs/messaging/api/message-resource
import { createHmac, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import calculator from 'sms-segments-calculator'

/** An accepted message, whether its sender got the answer or not. */
export type ReceivedMessage = {
  sid: string
  to: string
  from: string
  service: string
  body: string
  callback: string | null
}

/** `reset` and `timeout` happen before the message is accepted, `… after` when it is: its sender cannot tell the difference. */
export type Fault =
  | 'reset'
  | 'timeout'
  | 'reset after'
  | 'timeout after'
  | { status: number; code?: number; message?: string; retry_after?: string; text?: string }

export type TwilioPeer = {
  url: string
  account_sid: string
  auth_token: string
  received: ReceivedMessage[]
  /** The forms of all requests with the right credentials, in order. */
  requests: URLSearchParams[]
  /** How many connections were opened. */
  connections: number
  /** Called for each request; the answer waits for it. */
  fault: (form: URLSearchParams, nth: number) => Fault | undefined | Promise<Fault | undefined>
  /** Additional properties of an answer. */
  answer: Record<string, unknown>
  /** Called with each accepted message, when it is answered. */
  onReceived: (received: ReceivedMessage) => void
  /** Sends a status callback of a message. */
  callBack(received: ReceivedMessage, status: string, more?: Params, how?: How): Promise<Heard>
  /** Calls a webhook; signed correctly by default. */
  call(url: string, params: Params, how?: How): Promise<Heard>
  close(): Promise<void>
}

export type Params = Record<string, string | string[]>
/**
 * `signed_as`: the URL that Twilio knows the webhook by, if it differs from the real one. `signature` replaces
 * the right one; null: none. `auth_token`: of another account.
 */
export type How = { signed_as?: string; signature?: string | null; auth_token?: string; json?: unknown }
export type Heard = { status: number; type: string | null; text: string }

export const newSid = (kind: string): string => kind + randomBytes(16).toString('hex')

export async function twilioPeer({
  account_sid = newSid('AC'),
  auth_token = randomBytes(16).toString('hex'),
}: {
  account_sid?: string
  auth_token?: string
} = {}): Promise<TwilioPeer> {
  const server = createServer((request, response) => void respond(request, response))
  server.on('connection', () => peer.connections++)
  // Keep-alive agents of clients keep their connections for longer than that.
  server.keepAliveTimeout = 60_000

  const peer: TwilioPeer = {
    url: '',
    account_sid,
    auth_token,
    received: [],
    requests: [],
    connections: 0,
    fault: () => undefined,
    answer: {},
    onReceived: () => {},
    callBack: (received, status, more = {}, how = {}) => {
      if (!received.callback) throw new Error('The message named no address for callbacks')
      const ids = {
        MessageSid: received.sid,
        SmsSid: received.sid,
        AccountSid: account_sid,
        From: received.from,
        To: received.to,
      }
      const params = { ...ids, ApiVersion: '2010-04-01', MessageStatus: status, SmsStatus: status, ...more }
      return peer.call(received.callback, params, how)
    },
    call: (url, params, how = {}) => call(url, params, { auth_token, ...how }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const refusal = whyNot(request)
    if (refusal) return refuse(response, refusal)
    const form = new URLSearchParams(text)
    const fault = await peer.fault(form, peer.requests.push(form))
    if (fault === 'reset') return void request.socket.resetAndDestroy()
    if (fault === 'timeout') return
    if (typeof fault === 'object') return refuse(response, fault)
    const wrong = wrongIn(form)
    if (wrong) return refuse(response, { status: 400, ...wrong })
    const received = messageOf(form)
    peer.received.push(received)
    peer.onReceived(received)
    if (fault === 'reset after') return void request.socket.resetAndDestroy()
    if (fault === 'timeout after') return
    response.writeHead(201, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...resourceOf(received), ...peer.answer }))
  }

  function whyNot({ method, url, headers }: IncomingMessage): Exclude<Fault, string> | undefined {
    if (method !== 'POST' || url !== `/2010-04-01/Accounts/${account_sid}/Messages.json`)
      return { status: 404, code: 20404, message: `The requested resource ${url} was not found` }
    if (headers.authorization !== `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`)
      return { status: 401, code: 20003, message: 'Authenticate' }
    if (headers['content-type'] !== 'application/x-www-form-urlencoded')
      return { status: 415, code: 20415, message: 'Unsupported media type' }
    return undefined
  }

  const resourceOf = ({ sid, to, from, service, body }: ReceivedMessage) => ({
    account_sid,
    api_version: '2010-04-01',
    body,
    date_created: new Date().toUTCString().replace('GMT', '+0000'),
    date_sent: null,
    date_updated: new Date().toUTCString().replace('GMT', '+0000'),
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    from: from || null,
    messaging_service_sid: service || null,
    num_media: '0',
    num_segments: service ? '0' : String(new calculator.SegmentedMessage(body).segmentsCount),
    price: null,
    price_unit: 'USD',
    sid,
    status: service ? 'accepted' : 'queued',
    to,
    uri: `/2010-04-01/Accounts/${account_sid}/Messages/${sid}.json`,
  })

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  peer.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return peer
}

const messageOf = (form: URLSearchParams): ReceivedMessage => ({
  sid: newSid('SM'),
  to: form.get('To') ?? '',
  from: form.get('From') ?? '',
  service: form.get('MessagingServiceSid') ?? '',
  body: form.get('Body') ?? '',
  callback: form.get('StatusCallback'),
})

/** Checks a form in the same order as the API. */
function wrongIn(form: URLSearchParams): { code: number; message: string } | undefined {
  const [to, body = '', callback] = [form.get('To'), form.get('Body') ?? undefined, form.get('StatusCallback')]
  const host = callback === null ? 'none' : URL.parse(callback)?.hostname
  const rules: [wrong: boolean, code: number, message: string][] = [
    [!to, 21604, "A 'To' phone number is required."],
    [!/^\+[1-9]\d{6,14}$/.test(to ?? ''), 21211, `The 'To' number ${to} is not a valid phone number.`],
    [!form.get('From') && !form.get('MessagingServiceSid'), 21603, "A 'From' phone number is required."],
    [!body, 21602, 'Message body is required.'],
    [body.length > 1600, 21617, 'The concatenated message body exceeds the 1600 character limit.'],
    [!host || host.includes('_'), 21609, 'The StatusCallback URL is not a valid URL.'],
  ]
  const [broken] = rules.filter(([wrong]) => wrong)
  return broken && { code: broken[1], message: broken[2] }
}

function refuse(response: ServerResponse, { status, code, message, retry_after, text }: Exclude<Fault, string>) {
  response.writeHead(status, {
    'content-type': text === undefined ? 'application/json' : 'text/html',
    ...(retry_after && { 'retry-after': retry_after }),
  })
  const more_info = `https://www.twilio.com/docs/errors/${code}`
  response.end(text ?? JSON.stringify({ code, message: message ?? 'Refused', more_info, status }))
}

async function call(url: string, params: Params, how: How & { auth_token: string }): Promise<Heard> {
  const { auth_token, json } = how
  const text = json === undefined ? formOf(params).toString() : JSON.stringify(json)
  const signature = how.signature === undefined ? signatureOf(auth_token, how.signed_as ?? url, params) : how.signature
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': json === undefined ? 'application/x-www-form-urlencoded; charset=utf-8' : 'application/json',
      ...(signature !== null && { 'x-twilio-signature': signature }),
    },
    body: text,
  })
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
}

const formOf = (params: Params) =>
  new URLSearchParams(
    Object.entries(params).flatMap(([name, values]) => [values].flat().map((value): [string, string] => [name, value])),
  )

/** Signs the URL and all names and values in order of the names, with the account's token. */
export function signatureOf(auth_token: string, url: string, params: Params): string {
  const data = Object.keys(params)
    .sort()
    .flatMap((name) => [...new Set([params[name] ?? []].flat())].sort().map((value) => name + value))
  return createHmac('sha1', auth_token)
    .update(url + data.join(''))
    .digest('base64')
}
