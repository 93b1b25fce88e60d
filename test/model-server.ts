// A server that speaks the protocol of OpenAI's chat completions, and answers as the test says.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape a request has, and asserts on it
export type Completion = { authorization: string | undefined; body: any }
export type Reply = (response: ServerResponse, asked: Completion) => void

const event = (choice: object) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`

/** Streams the pieces, as a model writes them. */
export const streamed =
  (...pieces: string[]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const content of pieces) response.write(event({ delta: { content }, finish_reason: null }))
    response.write(event({ delta: {}, finish_reason: 'stop' }))
    response.end('data: [DONE]\n\n')
  }

/** Streams the pieces, and then what the protocol does not allow. */
export const brokenOff =
  (rest: string, ...pieces: string[]): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const content of pieces) response.write(event({ delta: { content }, finish_reason: null }))
    response.end(rest)
  }

/** Never ends its answer. */
export const endless: Reply = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(event({ delta: { content: 'The ' } }))
}

/** `answer` can be changed while it runs. It closes after the tests of the file. */
export async function modelServer(answer: Reply = streamed('NO_ANSWER')) {
  const asked: Completion[] = []
  const model = { url: '', answer, asked }
  const server = createServer(async (request, response) => {
    const completion = { authorization: request.headers.authorization, body: JSON.parse(await text(request)) }
    asked.push(completion)
    model.answer(response, completion)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  model.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return model
}
