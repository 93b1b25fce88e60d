// One POST /messages of the crash test, and what its client knows about the result.
import { type Agent, type IncomingMessage, request } from 'node:http'

/**
 * - `unreached`: the server did not get it, so that it can be sent again.
 * - `unanswered`: unknown whether it was carried out; it can be sent again only with its key.
 * - `wrong`: an answer, or none, that no kill explains.
 */
export type Answer = { is: 'accepted'; id: string } | { is: 'unreached' | 'unanswered' } | { is: 'wrong'; text: string }

export type Target = { url: string; token: string; admin_id: string }

export type NewMessage = { subject: string; contact: string; key: string | undefined }

const PATIENCE_MS = 15_000

export function post(agent: Agent, { url, token, admin_id }: Target, message: NewMessage): Promise<Answer> {
  const { subject, contact, key } = message
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    ...(key && { 'idempotency-key': key }),
  }
  const asking = request(`${url}/messages`, { method: 'POST', agent, headers, timeout: PATIENCE_MS })
  asking.end(
    JSON.stringify({
      from: { type: 'admin', id: admin_id },
      to: { type: 'user', id: contact },
      message_type: 'email',
      subject,
      body: 'Still there?',
    }),
  )
  return new Promise((resolve) => {
    asking.on('response', (response) => resolve(read(response, key !== undefined)))
    asking.on('timeout', () => {
      resolve({ is: 'wrong', text: `no answer in ${PATIENCE_MS} ms` })
      asking.destroy()
    })
    asking.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve({ is: code === 'ECONNREFUSED' ? 'unreached' : 'unanswered' }),
    )
  })
}

async function read(response: IncomingMessage, has_key: boolean): Promise<Answer> {
  const { statusCode: status } = response
  const text = await textOf(response)
  // 409: a request with the same key is running.
  if (text === undefined || status === 503 || (status === 409 && has_key)) return { is: 'unanswered' }
  return status === 200 ? { is: 'accepted', id: JSON.parse(text).id } : { is: 'wrong', text: `${status} ${text}` }
}

/** Returns undefined if the answer is incomplete. */
async function textOf(response: IncomingMessage): Promise<string | undefined> {
  try {
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += chunk
    return text
  } catch {
    return undefined
  }
}
