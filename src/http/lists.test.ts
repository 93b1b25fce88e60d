// Pages by number, and by the cursor of the page before.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beyond, cursorValue, inOrder, type Order, pageResult } from '#db/page.ts'
import { testDatabase } from '../../test/database.ts'
import { numberedPageOf, presentNumberedPage } from './lists.ts'

const database = await testDatabase()
test.after(() => database.close())
const workspace = { sql: database.sql }
const { sql } = workspace

const order: Order = { by: sql`value`, type: 'bigint', direction: 'desc' }
const SIZE = { default: 50, max: 150 }
type Asked = { page?: number; per_page?: number; starting_after?: string }

/** Returns a page of the numbers from 1 to 5, largest first, together with the later `added`. */
async function list(asked: Asked, added: number[] = []) {
  const page = numberedPageOf(asked, SIZE)
  const values = [1, 2, 3, 4, 5, ...added]
  const rows = await sql<{ id: string; value: string; cursor_value: string }[]>`
    select *, ${cursorValue(workspace, order)}
    from (select value, value as id from unnest(${values}::bigint[]) value) numbers
    where ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  const result = await pageResult(rows, page, async () => values.length)
  return presentNumberedPage(page, result, ({ value }) => Number(value))
}

test('a page after the last is an empty list, however large its number is', async () => {
  for (const page of [4, 1_000, Number.MAX_SAFE_INTEGER, 1e300]) {
    const { data, total_count, pages } = await list({ page, per_page: 2 })
    assert.deepEqual([data, total_count, pages.next, pages.total_pages], [[], 5, null, 3])
  }
})

test('a page or a size below 1 counts as 1, and a size above the maximum as the maximum', async () => {
  for (const page of [0, -3]) assert.deepEqual((await list({ page, per_page: 2 })).pages.page, 1)
  assert.equal((await list({ per_page: 0 })).pages.per_page, 1)
  assert.equal((await list({ per_page: 1_000 })).pages.per_page, 150)
  assert.equal((await list({})).pages.per_page, 50)
})

test('pages are found by their number until the last, which has no next', async () => {
  const pages = await Promise.all([1, 2, 3].map((page) => list({ page, per_page: 2 })))
  assert.deepEqual(
    pages.map(({ data }) => data),
    [[5, 4], [3, 2], [1]],
  )
  assert.deepEqual(pages[2]?.pages, { type: 'pages', page: 3, next: null, per_page: 2, total_pages: 3 })
})

test('the cursor continues after the last row, although an earlier row was added', async () => {
  const first = await list({ per_page: 2 })
  const second = await list({ ...first.pages.next, page: 9 }, [6])
  assert.deepEqual([second.data, second.pages.page, second.total_count], [[3, 2], 2, 6])
  const third = await list({ ...second.pages.next }, [6])
  assert.deepEqual([third.data, third.pages.page, third.pages.next], [[1], 3, null])
})
