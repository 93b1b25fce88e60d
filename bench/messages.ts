// POST /messages: the throughput, compared with what PostgreSQL and its driver alone can accept.
import { acceptMessages } from '#resources/messages/queries.ts'
import { workspaceOf } from '#workspaces/workspace.ts'
import { alternate, perSecond, type Row, rateOf, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { idOf, type Measured, POOL_SIZE, withServer } from './server.ts'

const CONTACTS = 1_000
const AT_ONCE = 64

const TEXT = { subject: 'Your order is on its way', body: '<p>It leaves today and should be with you on Friday.</p>' }

export function measureMessages({ quick }: Size): Promise<Row> {
  const seconds = quick ? 2 : 4
  return withServer({ contacts: CONTACTS, command: 'api' }, async (server) => {
    const requests = Array.from({ length: CONTACTS }, (_, n) => requestFor(server, n))
    const request = (n: number) => requests[n % CONTACTS]!
    const { ours, theirs, ratio } = await alternate(
      quick ? 3 : 4,
      async () => (await load({ url: server.url, connections: AT_ONCE, request, seconds })).per_second,
      () => bareDriver(server, seconds),
    )
    return {
      measure: '`POST /messages` (email, one recipient), durable',
      against: `the same SQL by the bare driver, one message at a time, ${POOL_SIZE} connections`,
      ours: perSecond(ours),
      theirs: perSecond(theirs),
      ratio: ratio.toFixed(2),
      goal: '≥ 0.70',
      limit:
        'the one thread that runs HTTP. It is faster than the bare driver because messages that arrive at the same moment share one statement and one commit',
    }
  })
}

const requestFor = ({ token, workspace: { admin_id } }: Measured, n: number) =>
  wire('POST', '/messages', token, {
    from: { type: 'admin', id: admin_id },
    to: { type: 'user', id: idOf(n) },
    message_type: 'email',
    template: 'plain',
    ...TEXT,
  })

function bareDriver({ sql, workspace: caller }: Measured, seconds: number): Promise<number> {
  const workspace = workspaceOf(sql, caller)
  return rateOf({ seconds, at_once: AT_ONCE }, async (n) => {
    const [attempt] = await acceptMessages(workspace, [
      {
        admin_id: caller.admin_id,
        message_type: 'email',
        template: 'plain',
        ...TEXT,
        locale: null,
        components: null,
        created_at: new Date(),
        recipients: [{ contact_id: idOf(n % CONTACTS), recipient_type: 'to' }],
      },
    ])
    if (!attempt?.id) throw new Error('The bare driver was not let in')
  })
}
