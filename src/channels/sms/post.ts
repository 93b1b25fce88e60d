// Posts forms to one server over a few keep-alive connections, with a time limit for each request.
import http from 'node:http'
import https from 'node:https'
import { retryAfter } from '#lib/retry-after.ts'
import type { EgressPolicy } from '#net/egress.ts'
import { inHttpSpan, type TraceHeaders } from '#tracing/trace.ts'

/** `retry_after` is in seconds, if the server sent one. The text is limited to 64 KB. */
export type Answer = { status: number; retry_after?: number; text: string }

export type Poster = {
  /** Rejects if there is no complete answer, with the code of the error (ECONNRESET, ETIMEDOUT, …). */
  post(path: string, form: Promise<Record<string, string>>): Promise<Answer>
  /** Waits a limited time for running requests, and closes the connections. */
  close(within_ms?: number): Promise<void>
}

/** Milliseconds: for one request in total, and for running requests on closing. */
export type Timeouts = { total: number; close: number }

/** `authorization` is the header; `egress` limits the connections (default: no limit). Follows no redirects. */
export function poster(options: {
  base_url: string
  egress?: EgressPolicy | undefined
  authorization: string
  max_connections: number
  timeouts: Timeouts
}): Poster {
  const { base_url, egress, authorization, max_connections, timeouts } = options
  const { hostname } = new URL(base_url)
  const { Agent, request } = base_url.startsWith('https:') ? https : http
  const agent = new Agent({
    keepAlive: true,
    maxSockets: max_connections,
    ...(egress && { lookup: egress.lookup }),
  } as http.AgentOptions)
  const running = new Map<http.ClientRequest, Promise<unknown>>()
  /** Their forms are not complete yet. */
  const starting = new Set<Promise<unknown>>()

  function send(path: string, form: Record<string, string>, trace: TraceHeaders) {
    const body = new URLSearchParams(form).toString()
    const headers = {
      authorization,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      ...trace,
    }
    const sent = request(base_url + path, { method: 'POST', agent, headers })
    const answered = answerOf(sent)
    running.set(sent, answered)
    sent.end(body)
    return { sent, answered }
  }

  async function post(path: string, form: Promise<Record<string, string>>, trace: TraceHeaders): Promise<Answer> {
    egress?.assertLiteral(hostname)
    const sending = form.then((fields) => send(path, fields, trace))
    starting.add(sending)
    const { sent, answered } = await sending.finally(() => starting.delete(sending))
    const timer = setTimeout(() => sent.destroy(withCode('ETIMEDOUT')), timeouts.total)
    return answered.finally(() => {
      clearTimeout(timer)
      running.delete(sent)
    })
  }

  return {
    post(path, form) {
      return inHttpSpan(
        'POST',
        base_url,
        ({ status }) => status,
        (trace) => post(path, form, trace),
      )
    },
    async close(within_ms = timeouts.close) {
      await Promise.allSettled(starting)
      const timer = setTimeout(() => {
        for (const sent of running.keys()) sent.destroy(withCode('CLOSED'))
      }, within_ms)
      await Promise.allSettled(running.values())
      clearTimeout(timer)
      agent.destroy()
    },
  }
}

const MAX_ANSWER = 64 * 1024

function answerOf(sent: http.ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(sent.errored ?? error)
    sent.on('error', fail)
    sent.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (text.length < MAX_ANSWER) text += chunk
      })
      response.on('error', fail)
      response.on('end', () => {
        const retry_after = retryAfter(response.headers['retry-after'])
        resolve({ status: response.statusCode ?? 0, text, ...(retry_after > 0 && { retry_after }) })
      })
    })
  })
}

const withCode = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code })
