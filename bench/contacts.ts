// GET /contacts/{id}: the throughput, compared with what the framework alone can answer.
import { alternate, perSecond, type Row, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { startPeer } from './peer.ts'
import { idOf, withServer } from './server.ts'

const CONTACTS = 1_000
const AT_ONCE = 64

export function measureContacts({ quick }: Size): Promise<Row> {
  const seconds = quick ? 2 : 3
  return withServer({ contacts: CONTACTS, command: 'api' }, async ({ url, token }) => {
    const requests = Array.from({ length: CONTACTS }, (_, n) => wire('GET', `/contacts/${idOf(n)}`, token))
    const request = (n: number) => requests[n % CONTACTS]!
    const rate = async (at: string) => (await load({ url: at, connections: AT_ONCE, request, seconds })).per_second

    const contact = await fetch(`${url}/contacts/${idOf(0)}`, { headers: { authorization: `Bearer ${token}` } })
    const fastify = await startPeer('bare-fastify.ts', [await contact.text()])
    try {
      const { ours, theirs, ratio } = await alternate(
        quick ? 3 : 4,
        () => rate(url),
        () => rate(fastify.url),
      )
      return {
        measure: '`GET /contacts/{id}`',
        against: 'bare Fastify returning the same bytes',
        ours: perSecond(ours),
        theirs: perSecond(theirs),
        ratio: ratio.toFixed(2),
        goal: '≥ 0.45',
        limit: 'the one thread that runs HTTP and the driver; PostgreSQL is not busy',
      }
    } finally {
      fastify.stop()
    }
  })
}
