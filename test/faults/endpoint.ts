// The endpoint of the fault test of webhooks: three calls in ten fail, and for some time all.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A call: the `n`th event of an object, with the id of its notification. Accepted: answered with 200. */
export type Arrival = { object_id: string; n: number; notification_id: string; is_accepted: boolean }

const destroy = (response: ServerResponse) => response.destroy()
const status = (code: number) => (response: ServerResponse) => response.writeHead(code).end()

/** A call that gets no answer takes a place of the sender for five seconds, so that there are few of them. */
const FAULTS: Record<string, { weight: number; answer(response: ServerResponse): unknown }> = {
  '500': { weight: 10, answer: status(500) },
  '429': { weight: 10, answer: status(429) },
  'closed connection': { weight: 9.5, answer: destroy },
  'no answer': { weight: 0.5, answer: () => {} },
}
const WEIGHTS = Object.values(FAULTS).reduce((sum, { weight }) => sum + weight, 0)

export type Endpoint = {
  url: string
  arrivals: Arrival[]
  /** The events that were accepted: `<object>/<n>`. */
  accepted: Set<string>
  /** How many calls failed, by kind. */
  faults: Record<string, number>
  is_down: boolean
  close(): void
}

export async function faultyEndpoint(share: number, random: () => number): Promise<Endpoint> {
  const server = createServer(async (request, response) => {
    const body = await json(request).catch(() => undefined) // The sender was killed.
    if (!body) return
    const { id: notification_id, data } = body as { id: string; data: { item: { id: string; name: string } } }
    const { id: object_id, name } = data.item
    const fault = endpoint.is_down ? 'down' : random() < share ? pick(random() * WEIGHTS) : undefined
    endpoint.arrivals.push({ object_id, n: Number(name), notification_id, is_accepted: !fault })
    if (!fault) {
      endpoint.accepted.add(`${object_id}/${name}`)
      return response.end()
    }
    endpoint.faults[fault] = (endpoint.faults[fault] ?? 0) + 1
    return fault === 'down' ? destroy(response) : FAULTS[fault]!.answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    arrivals: [],
    accepted: new Set(),
    faults: {},
    is_down: false,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return endpoint
}

function pick(place: number): string {
  let left = place
  for (const [name, { weight }] of Object.entries(FAULTS)) {
    if (left < weight) return name
    left -= weight
  }
  return Object.keys(FAULTS)[0]!
}
