// One form after the other to one server: over a few connections that stay open, each with a time limit.
import http from 'node:http'
import https from 'node:https'
import { retryAfter } from '#lib/retry-after.ts'
import type { EgressPolicy } from '#net/egress.ts'

/** `retry_after` in seconds, where the server named one. The text is cut off after what any answer needs. */
export type Answer = { status: number; retry_after?: number; text: string }

export type Poster = {
  /** Rejects where there is no whole answer, with the code of what went wrong (ECONNRESET, ETIMEDOUT, …). */
  post(path: string, form: Record<string, string>): Promise<Answer>
  /** Gives what is under way its time to finish, and closes the connections. */
  close(within_ms?: number): Promise<void>
}

/** Milliseconds: for one answer in all, and on closing for those that are awaited. */
export type Timeouts = { total: number; close: number }

/** `authorization` is the header of that name; `egress` how far it goes, anywhere where absent. Follows no redirects. */
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
  const under_way = new Map<http.ClientRequest, Promise<unknown>>()

  function ask(path: string, form: Record<string, string>) {
    const body = new URLSearchParams(form).toString()
    const headers = {
      authorization,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    }
    const asking = request(base_url + path, { method: 'POST', agent, headers })
    const answered = answerOf(asking)
    asking.end(body)
    return { asking, answered }
  }

  return {
    async post(path, form) {
      egress?.assertLiteral(hostname)
      const { asking, answered } = ask(path, form)
      const impatience = setTimeout(() => asking.destroy(withCode('ETIMEDOUT')), timeouts.total)
      under_way.set(asking, answered)
      return answered.finally(() => {
        clearTimeout(impatience)
        under_way.delete(asking)
      })
    },
    async close(within_ms = timeouts.close) {
      const impatience = setTimeout(() => {
        for (const asking of under_way.keys()) asking.destroy(withCode('CLOSED'))
      }, within_ms)
      await Promise.allSettled(under_way.values())
      clearTimeout(impatience)
      agent.destroy()
    },
  }
}

const LONGEST_ANSWER = 64 * 1024

function answerOf(asking: http.ClientRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(asking.errored ?? error)
    asking.on('error', fail)
    asking.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (text.length < LONGEST_ANSWER) text += chunk
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
