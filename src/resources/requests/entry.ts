// One entry of the log of requests: what is kept while the request runs, and what is written of it later.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isObject } from '#lib/objects.ts'
import { storable } from '#lib/text.ts'
import { strikeCutJson, strikeHeaders, strikePath, strikeValue } from './strike-out.ts'

/** Characters of a body that are kept. */
const LONGEST_BODY = 16_000
/** Longer texts are cut before they are read, so that no entry holds megabytes in memory. */
const LONGEST_READ = 64_000

export type Entry = {
  workspace_id: string
  token_id: string
  method: string
  url: string
  operation: string | null
  status: number
  ms: number
  version: string | null
  request_id: string
  at: number
  request_headers: Record<string, unknown>
  request_text: string | undefined
  /** Of a form, which is no text. */
  request_form: unknown
  response_headers: Record<string, unknown>
  response_text: string | undefined
}

/** Returns what to remember of a request when its answer is ready. It copies nothing but long texts. */
export function entryOf(request: FastifyRequest, reply: FastifyReply, payload: unknown): Entry {
  const { token, workspace, routeOptions, headers, method, url, id, sent_body, arrived_at } = request
  return {
    ...{ workspace_id: token.workspace_id, token_id: token.id, method, url, request_id: id },
    operation: routeOptions.config?.operation?.id ?? null,
    status: reply.statusCode,
    ms: performance.now() - arrived_at,
    version: workspace?.version ?? null,
    at: Date.now(),
    request_headers: headers,
    request_text: sent_body === undefined ? undefined : bounded(sent_body),
    request_form: sent_body === undefined && isForm(headers) ? request.body : undefined,
    response_headers: reply.getHeaders(),
    response_text: typeof payload === 'string' ? bounded(payload) : undefined,
  }
}

const isForm = (headers: Record<string, unknown>) =>
  String(headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')

/** A part of a string keeps the whole one in memory, so it is copied. */
const bounded = (text: string): string =>
  text.length <= LONGEST_READ ? text : Buffer.from(text.slice(0, LONGEST_READ)).toString()

/** Returns the row of an entry, without secrets. */
export function rowOf(entry: Entry) {
  const { request_text, request_form, request_headers, response_headers, response_text, url, at, ...rest } = entry
  const request = struck(request_text, request_form)
  const response = struck(response_text, undefined)
  const is_made = WRITES.includes(entry.method) && entry.status < 300
  return {
    ...rest,
    path: storable(strikePath(url)),
    requested_at: new Date(at),
    made: is_made ? madeBy(entry.operation, response.value) : [],
    request_headers: strikeHeaders(request_headers),
    request_body: request.body,
    request_is_cut: request.is_cut,
    response_headers: strikeHeaders(response_headers),
    response_body: response.body,
    response_is_cut: response.is_cut,
  }
}

const WRITES = ['POST', 'PUT', 'PATCH']

type Struck = { body: string | null; is_cut: boolean; value: unknown }

function struck(text: string | undefined, form: unknown): Struck {
  if (text === undefined && form === undefined) return { body: null, is_cut: false, value: undefined }
  const value = text === undefined ? form : parsed(text)
  const whole = value === undefined ? strikeCutJson(text!) : JSON.stringify(strikeValue(value))
  const is_cut = whole.length > LONGEST_BODY || (text?.length ?? 0) >= LONGEST_READ
  return { body: storable(whole.slice(0, LONGEST_BODY)), is_cut, value }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Made = { type: string; id: string }

/** Returns the object of an answer, and the newest part of a conversation. */
function madeBy(operation: string | null, answer: unknown): Made[] {
  if (!isObject(answer)) return []
  const { type, id, conversation_parts } = answer as { type?: unknown; id?: unknown; conversation_parts?: unknown }
  if (typeof type !== 'string' || (typeof id !== 'string' && typeof id !== 'number')) return []
  const parts =
    (conversation_parts as { conversation_parts?: { id?: unknown }[] } | undefined)?.conversation_parts ?? []
  const part = Array.isArray(parts) ? parts.at(-1)?.id : undefined
  return [
    { type: operation === 'createMessage' ? 'message' : type, id: String(id) },
    ...(typeof part === 'string' ? [{ type: 'conversation_part', id: part }] : []),
  ]
}
