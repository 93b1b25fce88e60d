// The lists and searches that are measured, by name.
import type { Named } from './measure.ts'
import type { People } from './people.ts'

type Filter = { field: string; operator: string; value: unknown }
const is = (field: string, operator: string, value: unknown): Filter => ({ field, operator, value })

const search = (
  name: string,
  limit: string,
  query: object | ((people: People) => object),
  more: object = {},
): Named<People> => ({
  name,
  limit,
  ask: (people) => ({
    method: 'POST',
    path: '/contacts/search',
    body: { query: typeof query === 'function' ? query(people) : query, ...more },
  }),
})

const INDEX = 'ids from an index, then the rows of the page'
const WALK = 'the newest rows until the page is full'
const GRAMS = 'the trigram index; in a small workspace, all narrow rows'

export const QUERIES: readonly Named<People>[] = [
  { name: '`GET /contacts`', limit: WALK, ask: () => ({ method: 'GET', path: '/contacts?per_page=50' }) },
  search('`email =` one', INDEX, is('email', '=', 'nobody@example.com')),
  search('`email ~ 9777@`', GRAMS, is('email', '~', '9777@')),
  search('`email ~ grace.smith`', GRAMS, is('email', '~', 'grace.smith')),
  search('`email $ @hooli-104.com`', INDEX, is('email', '$', '@hooli-104.com')),
  search('`email $ @gmail.com`', WALK, is('email', '$', '@gmail.com')),
  search('`name ~ barbatana`', GRAMS, is('name', '~', 'barbatana')),
  search('`name ~ grace`', WALK, is('name', '~', 'grace')),
  search("`name ^ 'grace h'`", INDEX, is('name', '^', 'grace h')),
  search('`phone =` one', INDEX, is('phone', '=', '+12000000077')),
  search('`city = city-77`', INDEX, is('custom_attributes.city', '=', 'city-77')),
  search('`plan = enterprise`', INDEX, is('custom_attributes.plan', '=', 'enterprise')),
  search('`plan = pro`', INDEX, is('custom_attributes.plan', '=', 'pro')),
  search('`plan != enterprise`', WALK, is('custom_attributes.plan', '!=', 'enterprise')),
  search('`score > 90`', WALK, is('custom_attributes.score', '>', 90)),
  search('`seats > 990`', INDEX, is('custom_attributes.seats', '>', 990)),
  search('`role = user`, by `last_seen_at`', 'the index of the order', is('role', '=', 'user'), {
    sort: { field: 'last_seen_at' },
  }),
  search('`role = user`, by `seats`', 'the index of the order', is('role', '=', 'user'), {
    sort: { field: 'custom_attributes.seats' },
  }),
  search('`created_at >` all', WALK, is('created_at', '>', 0)),
  search('`updated_at >` an hour ago, 150 a page', INDEX, is('updated_at', '>', 1_789_996_400), {
    pagination: { per_page: 150 },
  }),
  search('a flag that nobody has', INDEX, is('has_hard_bounced', '=', true)),
  search('`tag_id =` rare', INDEX, ({ tags }) => is('tag_id', '=', tags.rare)),
  search('`tag_id =` common', INDEX, ({ tags }) => is('tag_id', '=', tags.common)),
  search('`plan = enterprise AND name ~ grace`', INDEX, {
    operator: 'AND',
    value: [is('custom_attributes.plan', '=', 'enterprise'), is('name', '~', 'grace')],
  }),
  search('`segment_id =` of `plan = enterprise`', INDEX, ({ segment }) => is('segment_id', '=', segment)),
  search('`email = … OR city = …`', INDEX, {
    operator: 'OR',
    value: [is('email', '=', 'nobody@example.com'), is('custom_attributes.city', '=', 'city-77')],
  }),
  {
    name: '`POST /companies/list`',
    limit: 'the index of the order',
    ask: () => ({ method: 'POST', path: '/companies/list?per_page=50' }),
  },
  {
    name: 'companies: `name ~ a12`',
    limit: GRAMS,
    ask: () => ({ method: 'POST', path: '/companies/search', body: { query: is('name', '~', 'a12') } }),
  },
  {
    name: 'companies: `tier = team`',
    limit: INDEX,
    ask: () => ({
      method: 'POST',
      path: '/companies/search',
      body: { query: is('custom_attributes.tier', '=', 'team') },
    }),
  },
]
