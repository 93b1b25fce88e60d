// Calls the HTTP API as the signed-in teammate: the browser sends the cookie by itself.
import { signal } from '@preact/signals'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Query = Record<string, string | number | boolean | undefined>
/** `keepalive`: it is sent although the page is being left. */
export type Sent = { query?: Query; body?: unknown; signal?: AbortSignal; keepalive?: boolean }

/** An answer that is no success, in the server's own words. `status` is 0 if there was no answer. */
export class CallError extends Error {
  override name = 'CallError'
  status: number
  code: string
  request_id: string | undefined

  constructor(message: string, facts: { status: number; code: string; request_id?: string | undefined }) {
    super(message)
    this.status = facts.status
    this.code = facts.code
    this.request_id = facts.request_id
  }
}

/** Becomes true when the server answers 401: the session has ended. */
export const is_signed_out = signal(false)

/**
 * Calls an operation, in the newest version of the API.
 * @throws CallError
 */
export async function call<Answer>(route: `${Method} /${string}`, sent: Sent = {}): Promise<Answer> {
  const answer = await send(route, sent)
  const text = await answer.text()
  return (text ? JSON.parse(text) : undefined) as Answer
}

/** The same for an answer that is no JSON. */
export const callForText = async (route: `GET /${string}`, sent: Sent = {}): Promise<string> =>
  (await send(route, sent)).text()

async function send(route: string, { query, body, signal, keepalive = false }: Sent): Promise<Response> {
  const [method = 'GET', path = '/'] = route.split(' ')
  // An id with a slash or a question mark would make it another call.
  if (!/^(\/[\w-]+)+$/.test(path)) throw new CallError('There is no such address.', { status: 404, code: 'not_found' })
  const headers: Record<string, string> = { 'intercom-version': 'Preview' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (method === 'POST') headers['idempotency-key'] = randomKey()
  const answer = await fetch(path + queryText(query), {
    ...{ method, headers, keepalive, credentials: 'same-origin', redirect: 'manual' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: Error) => {
    if (error.name === 'AbortError') throw error
    throw new CallError('The server does not answer.', { status: 0, code: 'no_answer' })
  })
  if (answer.ok) return answer
  const error = await errorOf(answer)
  if (error.status === 401) is_signed_out.value = true
  throw error
}

type ErrorList = { request_id?: string; errors?: { code?: string; message?: string }[] }

async function errorOf(answer: Response): Promise<CallError> {
  const { status, headers } = answer
  const list = (await answer.json().catch(() => ({}))) as ErrorList
  const [first] = list.errors ?? []
  return new CallError(first?.message ?? `The server answered ${status}.`, {
    ...{ status, code: first?.code ?? String(status) },
    request_id: headers.get('x-request-id') ?? list.request_id,
  })
}

/** `{ a: 1, b: undefined, c: '' }` → `?a=1`. */
export function queryText(query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  const text = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()
  return text && `?${text}`
}

/** `crypto.randomUUID` exists only on HTTPS and on this machine. */
const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
