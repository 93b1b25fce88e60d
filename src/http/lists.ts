// Pages on the wire: the parameters of a list, its answer, and the text of a cursor.
import { type Static, type TSchema, Type } from 'typebox'
import type { Cursor, Page, PageResult } from '#db/page.ts'
import { badRequest } from './errors.ts'
import { Nullable, named } from './types.ts'

/** The parameters of a list with cursors: its query string, or `pagination` of a search. */
export const PageQuery = Type.Object({
  per_page: Type.Optional(
    Type.Integer({ description: 'Rows on a page; a number above the maximum means the maximum.' }),
  ),
  starting_after: Type.Optional(
    Nullable(Type.String({ description: 'The cursor from `pages.next` of the page before.' })),
  ),
})

export type PageRequest = { per_page?: number; starting_after?: string | null }

export const CursorPages = named(
  'cursor_pages',
  Type.Object({
    type: Type.Literal('pages'),
    page: Type.Integer(),
    next: Type.Optional(
      Nullable(
        Type.Object({
          page: Type.Integer(),
          per_page: Type.Integer(),
          starting_after: Nullable(Type.String()),
        }),
      ),
    ),
    per_page: Type.Integer(),
    total_pages: Type.Integer(),
  }),
)

/** `next` of lists that count nothing. */
export const NextCursor = named('next_cursor', Type.Object({ starting_after: Type.String() }))

/** Their `pages`. */
export const UncountedPages = named(
  'uncounted_pages',
  Type.Object({ type: Type.Literal('pages'), per_page: Type.Integer(), next: Nullable(NextCursor) }),
)

/** `{ type: 'list', data: […], total_count, pages }`: one page of a list. */
export const PageOf = <S extends TSchema>(item: S) =>
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(item),
    total_count: Type.Integer(),
    pages: CursorPages,
  })

/** Returns the requested page. A `per_page` out of bounds is clamped. Throws a 400 for an invalid cursor. */
export function pageOf(asked: PageRequest | undefined, size: { default: number; max: number }): Page {
  const per_page = Math.min(Math.max(asked?.per_page ?? size.default, 1), size.max)
  const after = asked?.starting_after ? decodeCursor(asked.starting_after) : undefined
  return { number: after?.page ?? 1, per_page, ...(after && { after }) }
}

/**
 * The query string of a list with numbered pages. The number finds a page by counting rows;
 * the cursor in `pages.next` neither skips nor repeats rows while others are written.
 */
export const NumberedPageQuery = Type.Object({
  page: Type.Optional(Type.Integer({ description: 'The number of the page, from 1; ignored with a cursor.' })),
  ...PageQuery.properties,
})

/** Keeps offsets far below PostgreSQL's limit. */
const LAST_PAGE = 1_000_000_000

/** Returns the requested page. A `page` or `per_page` out of bounds is clamped; a page after the last has no rows. */
export function numberedPageOf(asked: PageRequest & { page?: number }, size: { default: number; max: number }): Page {
  const page = pageOf(asked, size)
  return page.after ? page : { ...page, number: Math.min(Math.max(asked.page ?? 1, 1), LAST_PAGE) }
}

/** Returns the answer of a list with numbered pages: as `presentPage`, but `pages.next` is null on the last page. */
export function presentNumberedPage<Row, Shown>(page: Page, result: PageResult<Row>, present: (row: Row) => Shown) {
  const { pages, ...list } = presentPage(page, result, present)
  return { ...list, pages: { ...pages, next: pages.next ?? null } }
}

/** The query string of the few lists that show their page beside the rows. */
export const FlatPageQuery = Type.Object({
  page: Type.Optional(Type.Integer({ description: 'The number of the page, from 1.' })),
  per_page: Type.Optional(
    Type.Integer({ description: 'Rows on a page; a number above the maximum means the maximum.' }),
  ),
})

/** `{ type: 'list', data: […], total_count, page, per_page, total_pages }`: one page of such a list. */
export const FlatPageOf = <S extends TSchema>(item: S) =>
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(item),
    total_count: Type.Integer(),
    page: Type.Integer(),
    per_page: Type.Integer(),
    total_pages: Type.Integer(),
  })

/** Returns the answer of such a list. */
export const presentFlatPage = <Row, Shown>(page: Page, result: PageResult<Row>, present: (row: Row) => Shown) => ({
  type: 'list' as const,
  data: result.rows.map(present),
  total_count: result.total_count,
  page: page.number,
  per_page: page.per_page,
  total_pages: Math.ceil(result.total_count / page.per_page),
})

/** The pages of the few lists whose `next` is a URL. */
export const PagesLink = named(
  'pages_link',
  Type.Object({ ...CursorPages.properties, next: Nullable(Type.String({ description: 'The URL of the next page.' })) }),
)

/**
 * Returns `pages` of a list at `url`, whose `next` is the URL of the next page, or null. `asked`: other parameters of the
 * list, which the next page needs too.
 */
export function presentPagesLink(
  url: string,
  page: Page,
  result: PageResult<unknown>,
  asked: Record<string, string> = {},
) {
  const { next, ...pages } = presentPages(page, result)
  const query =
    next && new URLSearchParams({ ...asked, ...next, page: String(next.page), per_page: String(next.per_page) })
  return { ...pages, next: query ? `${url}?${query}` : null }
}

/** Returns the answer of a list with cursors: see `PageOf`. */
export const presentPage = <Row, Shown>(page: Page, result: PageResult<Row>, present: (row: Row) => Shown) => ({
  type: 'list' as const,
  data: result.rows.map(present),
  total_count: result.total_count,
  pages: presentPages(page, result),
})

/** Returns `pages` of a list. `next` is absent on the last page: SDKs stop there. */
export const presentPages = (page: Page, { next, total_count }: PageResult<unknown>) => ({
  type: 'pages' as const,
  page: page.number,
  ...(next && { next: { page: next.page, per_page: page.per_page, starting_after: encodeCursor(next) } }),
  per_page: page.per_page,
  total_pages: Math.ceil(total_count / page.per_page),
})

/** Returns the pages of a list that counts nothing. */
export const uncountedPages = ({ per_page }: Page, { next }: PageResult<unknown>): Static<typeof UncountedPages> => ({
  type: 'pages',
  per_page,
  next: next ? { starting_after: encodeCursor(next) } : null,
})

/** Returns the text of a cursor, which `pageOf` reads. */
export const encodeCursor = ({ value, id, page, total }: Cursor) =>
  Buffer.from(JSON.stringify([value, id, page, ...(total ? [total.count, total.of] : [])])).toString('base64')

function decodeCursor(text: string): Cursor {
  const [value, id, page, count, of] = parseCursor(text)
  if (
    typeof value === 'string' &&
    typeof id === 'string' &&
    /^[0-9a-f]{1,24}$/.test(id) &&
    Number.isSafeInteger(page)
  ) {
    const has_total = Number.isSafeInteger(count) && (count as number) >= 0 && typeof of === 'string'
    return { value, id, page: page as number, ...(has_total && { total: { count: count as number, of } }) }
  }
  throw badCursor()
}

/** The error for a cursor that is none of ours. */
export const badCursor = () =>
  badRequest(
    'client_error',
    'Invalid starting_after param. Please try again using a starting_after value from a paginated response.',
  )

/** Returns the values in the text of a cursor; none if it is none. */
export function parseCursor(text: string): unknown[] {
  try {
    const parsed = JSON.parse(Buffer.from(text, 'base64').toString())
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}
