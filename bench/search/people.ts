// Workspaces of 10^4 to 10^6 contacts beside each other in one database, filled with SQL.
import type { Pool } from '#db/sql.ts'
import type { Measured } from '../server.ts'
import type { Place } from './measure.ts'

export type People = Place & {
  tags: { rare: string; common: string }
  /** Users whose plan is `enterprise`. */
  segment: string
}

const BATCH = 50_000

/** Creates a workspace with contacts, a tenth as many companies, tags and attributes. */
export async function people({ sql, url, token: operator }: Measured, contacts: number): Promise<People> {
  const post = postTo(url)
  const { id: workspace_id, token } = await post(operator, '/extensions/workspaces', { name: `${contacts} contacts` })
  for (const [name, data_type] of Object.entries(ATTRIBUTES)) {
    await post(token, '/data_attributes', { name, model: 'contact', data_type })
  }
  await post(token, '/data_attributes', { name: 'tier', model: 'company', data_type: 'string' })
  const tags = {
    rare: (await post(token, '/tags', { name: 'rare' })).id,
    common: (await post(token, '/tags', { name: 'common' })).id,
  }
  const query = { field: 'custom_attributes.plan', operator: '=', value: 'enterprise' }
  const { id: segment } = await post(token, '/extensions/segments', { name: 'Enterprise', person_type: 'user', query })
  const began = performance.now()
  for (let first = 0; first < contacts; first += BATCH)
    await insertContacts(sql, workspace_id, { first, last: Math.min(first + BATCH, contacts) - 1, contacts })
  for (const [tag, share] of [
    [tags.rare, 333],
    [tags.common, 8],
  ] as const)
    await sql`
      insert into taggings (workspace_id, object_type, object_id, tag_id, applied_at)
      select workspace_id, 'contact', id, ${tag}, now() from contacts
      where workspace_id = ${workspace_id} and hashtext(id || ${tag}) % ${share} = 0`
  await insertCompanies(sql, workspace_id, contacts / 10)
  process.stderr.write(
    `  ${contacts.toLocaleString('en')} contacts in ${Math.round((performance.now() - began) / 1000)} s\n`,
  )
  return { workspace_id, token, size: contacts, tags, segment }
}

/** Returns a function that posts, and throws if that is refused. */
export const postTo = (url: string) => async (token: string, path: string, body: object) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as { id: string; token: string; admin_id: string }
}

const ATTRIBUTES = {
  ...{ plan: 'string', city: 'string', account_code: 'string', seats: 'integer', score: 'float' },
  ...{ is_vip: 'boolean', renewal: 'date', last_order: 'date' },
}

/** An id begins with the time of creation, as the server makes them; one contact a minute. */
const identity = (sql: Pool, contacts: number) => sql`
  lateral (select to_timestamp(1790000000 - (${contacts} - n) * 60.0) as at) moment,
  lateral (select lpad(to_hex(extract(epoch from at)::bigint), 8, '0') || lpad(to_hex(n), 16, '0') as id) identity`

const attributes = (sql: Pool) => sql`
  jsonb_build_object(
    'plan', case when r1 < 0.7 then 'free' when r1 < 0.94 then 'pro' when r1 < 0.99 then 'team' else 'enterprise' end,
    'city', 'city-' || floor(r2 * r2 * 5000), 'account_code', 'A' || n, 'seats', floor(power(r3, 4) * 1000),
    'score', round((r4 * 100)::numeric, 3), 'is_vip', r5 < 0.02,
    'renewal', 1790000000 + floor(r6 * 365) * 86400, 'last_order', 1760000000 + floor(r2 * 300) * 86400)`

const random = (sql: Pool) => sql`
  lateral (select random() r1, random() r2, random() r3, random() r4, random() r5, random() r6, random() r7, random() r8
    where n is not null) chance`

const insertContacts = (
  sql: Pool,
  workspace_id: string,
  { first, last, contacts }: { first: number; last: number; contacts: number },
) => sql`
  insert into contacts (workspace_id, id, role, external_id, email, name, phone, formatted_phone, unsubscribed_from_emails,
    custom_attributes, last_seen_at, created_at, updated_at)
  select ${workspace_id}, id, case when r8 < 0.1 then 'lead' else 'user' end, 'customer-' || n,
    case when r5 > 0.03 then given || '.' || family || n || '@'
      || case when r6 < 0.21 then 'gmail.com' else 'hooli-' || floor(r6 * 2000) || '.com' end end,
    case when r7 > 0.07 then initcap(given) || ' ' || initcap(family) end,
    '+1' || (2000000000 + n), '+1' || (2000000000 + n), r4 < 0.03, ${attributes(sql)},
    case when r3 > 0.1 then at + r2 * interval '30 days' end, at, at
  from generate_series(${first}::integer, ${last}::integer) n, ${identity(sql, contacts)}, ${random(sql)},
    lateral (select (array['grace', 'anna', 'barbara', 'liam', 'noah', 'emma', 'olivia', 'james', 'sofia', 'lucas'])
      [1 + floor(r1 * r2 * 10)::integer] || case when r3 > 0.6 then substr(md5(floor(r3 * 200)::text), 1, 2) else '' end
      as given) one,
    lateral (select (array['hernandez', 'barbatana', 'smith', 'muller', 'silva', 'tanaka', 'okafor', 'ivanov'])
      [1 + floor(r5 * 8)::integer] || substr(md5(floor(r4 * r5 * 2000)::text), 1, 3) as family) two`

async function insertCompanies(sql: Pool, workspace_id: string, companies: number): Promise<void> {
  await sql`
    insert into companies (workspace_id, id, company_id, name, monthly_spend, user_count, custom_attributes,
      remote_created_at, last_request_at, created_at, updated_at)
    select ${workspace_id}, id, 'company-' || n, 'Company ' || substr(md5(n::text), 1, 6), floor(r1 * 1000), 1,
      jsonb_build_object('tier', case when r1 < 0.9 then 'free' else 'team' end), at, case when r3 > 0.2 then at + r2 * interval '30 days' end, at, at
    from generate_series(0, ${companies - 1}::integer) n, ${identity(sql, companies)}, ${random(sql)}`
  await sql`
    insert into company_contacts (workspace_id, company_id, contact_id, created_at)
    select ${workspace_id}, companies.id, contacts.id, now()
    from (select id, row_number() over (order by id) n from companies where workspace_id = ${workspace_id}) companies
    join (select id, row_number() over (order by id) n from contacts where workspace_id = ${workspace_id}
      order by id limit ${companies}) contacts using (n)`
}
