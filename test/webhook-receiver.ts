// A receiver of webhooks that answers as the test says.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { after } from 'node:test'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape a notification has, and asserts on it
export type Got = { headers: IncomingHttpHeaders; raw: Buffer; text: string; body: any }
export type AnswerHook = (response: ServerResponse, got: Got) => void

const OK: AnswerHook = (response) => response.end('thank you')

/** `answer` can be changed while it runs. It closes after the tests of the file. */
export async function webhookReceiver(answer: AnswerHook = OK) {
  const got: Got[] = []
  const endpoint = { got, answer, url: '' }
  const server = createServer(async (request, response) => {
    if (request.method === 'HEAD') return void response.end()
    const raw = await buffer(request)
    const text = raw.toString()
    const received = { headers: request.headers, raw, text, body: JSON.parse(text) }
    got.push(received)
    endpoint.answer(response, received)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  endpoint.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`
  return endpoint
}
