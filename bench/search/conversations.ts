// Workspaces of 10^4 to 10^6 conversations beside each other in one database, and what is asked of them.
import type { Measured } from '../server.ts'
import type { Named, Place } from './measure.ts'
import { postTo } from './people.ts'

/** `contact` has a few conversations, `tag` one in 300. */
export type Inbox = Place & { admin_id: string; contact: string; tag: string }

const BATCH = 50_000

export async function conversations({ sql, url, token: operator }: Measured, size: number): Promise<Inbox> {
  const post = postTo(url)
  const { id: workspace_id, token, admin_id } = await post(operator, '/extensions/workspaces', { name: `${size}` })
  const tag = (await post(token, '/tags', { name: 'rare' })).id
  const began = performance.now()
  await sql`
    insert into contacts (workspace_id, id, role, email, name, created_at, updated_at)
    select ${workspace_id}, lpad(to_hex(n), 24, '0'), 'user', 'contact-' || n || '@example.com', 'Contact ' || n, now(), now()
    from generate_series(0, ${size / 10 - 1}::integer) n`
  for (let first = 0; first < size; first += BATCH) {
    const last = Math.min(first + BATCH, size) - 1
    await sql`
      with written as (
        insert into conversations (workspace_id, source_id, source_type, delivered_as, subject, body, author_type, author_id,
          state, read, admin_assignee_id, priority, waiting_since, custom_attributes, count_conversation_parts, created_at,
          updated_at)
        select ${workspace_id}, n, 'conversation', 'customer_initiated', 'About order ' || n,
          '<p>Hello, my order ' || n || ' has not come. ' || (array['A refund', 'An answer', 'A new one', 'Help'])
            [1 + floor(r1 * 4)::integer] || ' would be good. ' || md5(floor(r2 * 5000)::text) || '</p>',
          'user', lpad(to_hex(n % (${size} / 10)), 24, '0'),
          case when n > ${size} * 0.95 then 'open' else 'closed' end, r1 < 0.5,
          case when r2 < 0.3 then ${admin_id}::bigint end, case when r3 < 0.01 then 'urgent' else 'none' end,
          case when n > ${size} * 0.95 then at end, '{}', 10, at, at
        from generate_series(${first}::integer, ${last}::integer) n,
          lateral (select to_timestamp(1790000000 - (${size} - n) * 60.0) as at) moment,
          lateral (select random() r1, random() r2, random() r3 where n is not null) chance
        returning workspace_id, id, author_id, created_at
      )
      insert into conversation_contacts (workspace_id, conversation_id, contact_id, joined_at)
      select workspace_id, id, author_id, created_at from written`
  }
  await sql`
    insert into taggings (workspace_id, object_type, object_id, tag_id, applied_at)
    select workspace_id, 'conversation', id::text, ${tag}, now() from conversations
    where workspace_id = ${workspace_id} and id % 300 = 0`
  const took = Math.round((performance.now() - began) / 1000)
  process.stderr.write(`  ${size.toLocaleString('en')} conversations in ${took} s\n`)
  return { workspace_id, token, size, admin_id, contact: (7).toString(16).padStart(24, '0'), tag }
}

const search = (name: string, limit: string, query: (inbox: Inbox) => object, sort?: object): Named<Inbox> => ({
  name: `conversations: ${name}`,
  limit,
  ask: (inbox) => ({
    method: 'POST',
    path: '/conversations/search',
    body: { query: query(inbox), ...(sort && { sort }) },
  }),
})
const is = (field: string, operator: string, value: unknown) => ({ field, operator, value })

const WALK = 'the last changed ones until the page is full'
const INDEX = 'ids from an index, then the rows of the page'
const WORDS = 'the index of words; their number is counted once'

export const QUERIES: readonly Named<Inbox>[] = [
  { name: '`GET /conversations`', limit: WALK, ask: () => ({ method: 'GET', path: '/conversations?per_page=20' }) },
  search('`state = open`', WALK, () => is('state', '=', 'open')),
  search('`admin_assignee_id =`', WALK, ({ admin_id }) => is('admin_assignee_id', '=', Number(admin_id))),
  search('`contact_ids =`', INDEX, ({ contact }) => is('contact_ids', '=', contact)),
  search('`tag_ids =` rare', INDEX, ({ tag }) => is('tag_ids', '=', tag)),
  search('`source.author.id =`', INDEX, ({ contact }) => is('source.author.id', '=', contact)),
  search('`source.subject ~ order 777`', 'the trigram index', () => is('source.subject', '~', 'order 777')),
  search('`source.body =` a rare word', WORDS, () => is('source.body', '=', 'a87ff679a2f3e71d9181a67b7542122c')),
  search('`source.body = refund`', WORDS, () => is('source.body', '=', 'refund')),
  search('`priority = urgent`', WALK, () => is('priority', '=', 'urgent')),
  search('`created_at >` a day', INDEX, () => is('created_at', '>', 1_790_000_000 - 86_400)),
  search('`updated_at >` an hour', INDEX, () => is('updated_at', '>', 1_790_000_000 - 3_600), {
    field: 'updated_at',
    order: 'ascending',
  }),
]
