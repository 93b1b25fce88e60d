// A workspace with one of everything in it, and all that it holds, for tests that try to reach into it or to break it.
import { fillWithDemo } from '#resources/index.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { TestApp } from './app.ts'

/** The ids of what is there, by what it is. */
export type Inhabitants = Record<
  | 'admin'
  | 'colleague'
  | 'team'
  | 'reason'
  | 'user'
  | 'lead'
  | 'archived'
  | 'tag'
  | 'attribute'
  | 'message'
  | 'whatsapp'
  | 'wamid'
  | 'delivery'
  | 'failed'
  | 'conversation'
  | 'part'
  | 'channel'
  | 'fault'
  | 'broadcast'
  | 'secret',
  string
> & { external_id: string; email: string }

export async function inhabit({ call, created, workspace }: Pick<TestApp, 'call' | 'created' | 'workspace'>) {
  const { sql, id } = workspace
  const post = async (route: string, body?: unknown) => {
    const answer = await call(`POST ${route}`, body)
    if (answer.status > 202) throw new Error(`POST ${route}: ${answer.text}`)
    return answer.body
  }
  const idOf = async (rows: PromiseLike<readonly { id: string }[]>) => (await rows)[0]!.id

  await fillWithDemo(sql, created)
  const admin = created.admin_id
  const email = `user@${id}.example.com`
  const attribute = await post('/data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
  const user = await post('/contacts', {
    email,
    external_id: `user of ${id}`,
    name: `Ursula of ${id}`,
    phone: '+12025550143',
    custom_attributes: { plan: `plan of ${id}` },
  })
  const [lead, archived] = [await post('/contacts', { role: 'lead' }), await post('/contacts', { role: 'lead' })]
  await post(`/contacts/${archived.id}/archive`)
  const tag = await post('/tags', { name: `Tag of ${id}`, users: [{ id: user.id }] })

  const from = { type: 'admin', id: admin }
  const to = { type: 'user', id: user.id }
  const message = await post('/messages', { message_type: 'email', subject: `Mail of ${id}`, body: 'x', from, to })
  const whatsapp = await post('/messages', {
    message_type: 'whatsapp',
    template: 'order_update',
    components: [],
    from,
    to,
  })
  const wamid = `wamid.${id}`
  await sql`
    update deliveries set status = 'sent', provider_id = ${wamid} where workspace_id = ${id} and channel = 'whatsapp'`
  const failing = await post('/messages', { message_type: 'in_app', body: 'x', from, to })
  const { conversation_id } = await post('/conversations', { from: { type: 'user', id: user.id }, body: `Help ${id}` })
  const answered = await post(`/conversations/${conversation_id}/reply`, {
    message_type: 'comment',
    type: 'admin',
    admin_id: admin,
    body: 'Of course',
  })
  await post(`/conversations/${conversation_id}/tags`, { id: tag.id, admin_id: admin })

  const channel = await post('/extensions/channels', {
    provider: 'smtp',
    name: `Mail of ${id}`,
    settings: { from: `hello@${id}.example.com` },
    secrets: { url: 'smtp://127.0.0.1:2525' },
  })

  const secret = await post('/secure_mode_secrets', { name: `Secret of ${id}`, supports_web: true })

  const fault = await post('/extensions/sandbox/faults', { fault: '500', path: `/nowhere/of/${id}` })

  const broadcast = await post('/extensions/broadcasts', {
    ...{ message_type: 'whatsapp', template: 'order_update', name: `News of ${id}` },
    components: [{ type: 'body', parameters: [{ type: 'text', text: '{{name | fallback: "x"}}' }] }],
    audience: { tag_id: tag.id },
  })

  const deliveryOf = (message_id: string) =>
    idOf(sql<{ id: string }[]>`select id from deliveries where workspace_id = ${id} and message_id = ${message_id}`)
  const [delivery, failed] = [await deliveryOf(message.id), await deliveryOf(failing.id)]
  await post(`/extensions/deliveries/${failed}/cancel`)
  await sql`
    insert into captured_messages (workspace_id, delivery_id, channel, sender, recipient, subject, rendered, captured_at)
    values (${id}, ${delivery}, 'email', 'x', ${email}, ${`Mail of ${id}`}, '{}', now())`
  return {
    admin,
    colleague: await idOf(
      sql<{ id: string }[]>`select id from admins where workspace_id = ${id} and name = 'Ben Brook'`,
    ),
    team: await idOf(sql<{ id: string }[]>`select id from teams where workspace_id = ${id}`),
    reason: await idOf(sql<{ id: string }[]>`select id from away_status_reasons where workspace_id = ${id}`),
    user: user.id,
    external_id: user.external_id,
    email,
    lead: lead.id,
    archived: archived.id,
    tag: tag.id,
    attribute: String(attribute.id),
    message: message.id,
    whatsapp: whatsapp.id,
    wamid,
    delivery,
    failed,
    conversation: conversation_id,
    part: answered.conversation_parts.conversation_parts[0].id,
    channel: channel.id,
    fault: fault.id,
    broadcast: broadcast.id,
    secret: secret.id,
  } satisfies Inhabitants
}

/** Every row of a workspace, by table: equal before and after where nothing has happened to it. */
export async function contentsOf({ sql, id }: Workspace): Promise<Record<string, unknown[]>> {
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'workspace_id' order by 1`
  const contents: Record<string, unknown[]> = {}
  for (const { name } of tables) {
    const rows = await sql<{ row: string }[]>`
      select t::text as row from ${sql(name)} t where workspace_id = ${id} order by 1`
    contents[name] = rows.map(({ row }) => row)
  }
  return contents
}
