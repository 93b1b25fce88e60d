// Replies and assignments, compared with the same statements by the bare driver; and the time to read a long conversation.
import { manage } from '#resources/conversations/actions/manage.ts'
import { reply } from '#resources/conversations/replies/reply.ts'
import { atomically, workspaceOf } from '#workspaces/workspace.ts'
import { alternate, inMs, perSecond, type Row, rateOf, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { postTo } from './search/people.ts'
import { idOf, type Measured, POOL_SIZE, withServer } from './server.ts'

const CONVERSATIONS = 500
const AT_ONCE = 64

export function measureReplies({ quick }: Size): Promise<Row[]> {
  const seconds = quick ? 2 : 4
  const rounds = quick ? 2 : 4
  return withServer({ contacts: CONVERSATIONS, command: 'api' }, async (server) => {
    const { url, token, workspace } = server
    const post = postTo(url)
    const ids: string[] = []
    for (let n = 0; n < CONVERSATIONS; n++) {
      const from = { type: 'user', id: idOf(n) }
      const { conversation_id } = (await post(token, '/conversations', { from, body: 'Hello' })) as {
        conversation_id?: string
      }
      ids.push(conversation_id!)
    }
    const admin_id = workspace.admin_id
    const answer = { message_type: 'comment', type: 'admin', admin_id, body: 'It leaves today.' } as const
    const [other] = await server.sql<[{ id: string }]>`
      insert into admins (workspace_id, name, email, created_at)
      values (${workspace.workspace_id}, 'Other', 'other@example.com', now()) returning id`
    /** Each conversation goes to the other of two admins. */
    const assignees = ids.map(() => admin_id)
    const assignment = (n: number) => {
      const assignee_id = assignees[n] === admin_id ? other.id : admin_id
      assignees[n] = assignee_id
      return { message_type: 'assignment', type: 'admin', admin_id, assignee_id } as const
    }
    const rate = async (path: string, body: (n: number) => object) => {
      const request = (n: number) => {
        const which = n % ids.length
        return wire('POST', `/conversations/${ids[which]}/${path}`, token, body(which))
      }
      return (await load({ url, connections: AT_ONCE, request, seconds })).per_second
    }
    const written = { html: '<p>It leaves today.</p>', text: 'It leaves today.' }
    const replied = await alternate(
      rounds,
      () => rate('reply', () => answer),
      () =>
        bareDriver(server, seconds, (workspace, n) =>
          reply(workspace, ids[n % ids.length]!, answer as never, written as never, []),
        ),
    )
    const assigned = await alternate(
      rounds,
      () => rate('parts', assignment),
      () =>
        bareDriver(server, seconds, (workspace, n) =>
          manage(workspace, ids[n % ids.length]!, assignment(n % ids.length) as never, ''),
        ),
    )
    const against = `the same statements by the bare driver, ${POOL_SIZE} connections`
    const limit =
      'PostgreSQL: the lock of the conversation, the part, the statistics, the delivery, the event; and the answer, which shows all parts'
    return [
      { measure: '`POST /conversations/{id}/reply` by an admin', against, limit, goal: '≥ 0.50', ...figures(replied) },
      {
        measure: '`POST /conversations/{id}/parts` with an assignment',
        against,
        limit,
        goal: '≥ 0.50',
        ...figures(assigned),
      },
      await longRead(server, quick ? 2 : 4),
    ]
  })
}

const figures = ({ ours, theirs, ratio }: { ours: number; theirs: number; ratio: number }) => ({
  ours: perSecond(ours),
  theirs: perSecond(theirs),
  ratio: ratio.toFixed(2),
})

type Work = (workspace: ReturnType<typeof workspaceOf>, n: number) => Promise<unknown>

const bareDriver = ({ sql, workspace }: Measured, seconds: number, work: Work): Promise<number> =>
  rateOf({ seconds, at_once: POOL_SIZE }, (n) =>
    atomically(workspaceOf(sql, workspace), (workspace) => work(workspace, n)),
  )

async function longRead(server: Measured, rounds: number): Promise<Row> {
  const { url, token, sql, workspace } = server
  const post = postTo(url)
  const withParts = async (parts: number) => {
    const from = { type: 'user', id: idOf(0) }
    const { conversation_id } = (await post(token, '/conversations', { from, body: 'Hello' })) as {
      conversation_id?: string
    }
    await sql`
      insert into conversation_parts (workspace_id, conversation_id, part_type, body, author_type, author_id, state,
        notified_at, created_at, updated_at)
      select ${workspace.workspace_id}, ${conversation_id!}, 'comment', '<p>It leaves today, part ' || n || '.</p>', 'user',
        ${idOf(0)}, 'open', now(), now(), now()
      from generate_series(1, ${parts}::integer) n`
    return wire('GET', `/conversations/${conversation_id}`, token)
  }
  const [long, short] = [await withParts(500), await withParts(5)]
  const p50 = async (request: Buffer) =>
    (await load({ url, connections: 1, request: () => request, seconds: 2 })).p50_ms
  const { ours, theirs, ratio } = await alternate(
    rounds,
    () => p50(long),
    () => p50(short),
  )
  return {
    measure: '`GET /conversations/{id}` with 500 parts',
    against: 'one with 5 parts',
    ours: inMs(ours),
    theirs: inMs(theirs),
    ratio: `${ratio.toFixed(1)} ×`,
    goal: '≤ 2 ×',
    limit: 'the rows of the parts, and 300 kB of JSON',
  }
}
