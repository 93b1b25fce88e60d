// One callback of Meta with a thousand statuses or messages: how long until it is answered, and what others wait meanwhile.
import { metaPeer, webhookBody } from '../test/meta.ts'
import { inMs, type Row, type Size } from './figures.ts'
import { longestAnswer, type Measured, withServer } from './server.ts'

const PEOPLE = 2_000

export const measureCallbacks = async ({ quick }: Size): Promise<Row[]> => {
  const count = quick ? 200 : 1_000
  const rows: Row[] = []
  await withServer({ contacts: 10, command: 'api' }, async (server) => {
    const meta = await metaPeer()
    await createAccount(server, meta)
    const post = async (values: object | object[]) => {
      const entry = [values].flat().flatMap((value) => webhookBody(meta.phone_number_id, value).entry)
      const body = { object: 'whatsapp_business_account', entry }
      const answer = await meta.post(`${server.url}/webhooks/whatsapp`, body)
      if (answer.status !== 200) throw new Error(await answer.text())
    }
    const at = String(Math.floor(Date.now() / 1000))
    let n = 0
    const message = (from: number) => {
      return {
        from: String(12025550000 + from),
        id: `wamid.bench${n++}`,
        timestamp: at,
        type: 'text',
        text: { body: 'Hello' },
      }
    }
    const list = <T>(one: (index: number) => T) => Array.from({ length: count }, (_, index) => one(index))
    await post({ messages: [message(PEOPLE)] }) // Statements are prepared, files loaded.

    const row = async (what: string, values: object | object[]) => {
      const { took, longest } = await measured(server, () => post(values))
      rows.push({
        measure: `One callback with ${count} ${what}`,
        against: '`GET /healthz` meanwhile, the longest answer',
        ours: inMs(took),
        theirs: inMs(longest),
        ratio: '',
        goal: '',
        limit: 'the statements for each of them, on three of the ten connections',
      })
    }
    const contacts = list((from) => ({ wa_id: String(12025550000 + from), profile: { name: 'Sheena' } }))
    await row('messages of as many new people', { contacts, messages: list((from) => message(from)) })
    await row('messages of as many known people', { contacts, messages: list((from) => message(from)) })
    await row('messages of one person', { messages: list(() => message(PEOPLE)) })
    const wamids = await deliveries(server, count)
    const statuses = (status: string) => ({ statuses: wamids.map((id) => ({ id, status, timestamp: at })) })
    await row('statuses', statuses('delivered'))
    await row('statuses that say nothing new', statuses('delivered'))
    await row(
      'statuses, each in a change of its own',
      statuses('read').statuses.map((one) => ({ statuses: [one] })),
    )
    await meta.close()
  })
  return rows
}

async function createAccount(
  { url, token }: Measured,
  { url: base_url, phone_number_id, secrets }: Awaited<ReturnType<typeof metaPeer>>,
) {
  const body = JSON.stringify({ provider: 'meta', settings: { phone_number_id, base_url }, secrets })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}/extensions/channels`, { method: 'POST', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Sent deliveries to the people, with a wamid each. */
async function deliveries({ sql, workspace: { workspace_id, admin_id } }: Measured, count: number): Promise<string[]> {
  const rows = await sql<{ provider_id: string }[]>`
    with message as (
      insert into messages (workspace_id, author_type, author_id, message_type, template, conversation_id, created_at)
      values (${workspace_id}, 'admin', ${admin_id}, 'whatsapp', 'x', nextval('conversation_ids'), now()) returning id
    )
    insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type,
      address, status, provider_id, attempts, created_at, updated_at)
    select ${workspace_id}, 'whatsapp', message.id, message.id, nextval('conversation_ids'), contacts.id, 'to',
      formatted_phone, 'sent', 'wamid.sent' || contacts.id, 1, now(), now()
    from message, (select * from contacts where formatted_phone is not null limit ${count}) contacts
    returning provider_id`
  await sql`analyze`
  return rows.map(({ provider_id }) => provider_id)
}

/** In milliseconds. */
async function measured({ url }: Measured, work: () => Promise<void>) {
  let took = 0
  const longest = await longestAnswer(url, async () => {
    const began = performance.now()
    await work()
    took = performance.now() - began
  })
  return { took, longest }
}
