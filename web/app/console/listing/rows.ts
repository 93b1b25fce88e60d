// The rows of a list: pages of the API, kept fresh by the stream. What changed is asked for again with the first page alone, so
// that a reader who has scrolled through thousands of rows does not fetch them all for each change.
import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/preact-query'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { call, type Query } from '../../../shared/call.ts'
import { collectChanges } from '../../../shared/stream.ts'
import { type Page, withFirst } from './pages.ts'

export type Source<Row> = {
  /** The path of the operation, which is also the key of the cache. */
  path: `/${string}`
  query: Query
  /** The body of a search, without its `pagination`; then it asks by POST. */
  search?: object | undefined
  /** What makes the list stale. */
  topics: (topic: string) => boolean
  idOf(row: Row): string
}

const PER_PAGE = 100
/** Several changes are one request. */
const COLLECT_MS = 250

export function useRows<Row>({ path, query, search, topics, idOf }: Source<Row>) {
  const client = useQueryClient()
  const key = [path, query, search]
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => fetchPage<Row>({ path, query, search, after: pageParam, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Page<Row>) => page.pages?.next?.starting_after ?? undefined,
  })
  const [is_paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const fresh = useRef<ReadonlySet<string>>(new Set())
  const text = JSON.stringify(key)

  async function refresh(): Promise<void> {
    setWaiting(0)
    // What is on its way was perhaps read before the change.
    if (!client.getQueryData(key)) return void list.refetch()
    const first = await fetchPage<Row>({ path, query, search }).catch(() => undefined)
    if (!first) return
    client.setQueryData<InfiniteData<Page<Row>, string | undefined>>(key, (old) => {
      if (!old) return old
      const known = new Set(old.pages.flatMap(({ data }) => data.map(idOf)))
      fresh.current = new Set(first.data.map(idOf).filter((id) => !known.has(id)))
      return { ...old, pages: withFirst(old.pages, first, idOf) }
    })
  }

  useEffect(() => {
    const flush = (count: number) => {
      if (is_paused) setWaiting((waiting) => waiting + count)
      else void refresh()
    }
    return collectChanges(({ topic }) => topics(topic), flush, COLLECT_MS)
  }, [text, is_paused])

  const { data } = list
  const rows = useMemo(() => data?.pages.flatMap((page) => page.data) ?? [], [data])
  return {
    rows,
    /** Undefined where the API counts nothing. */
    total: data?.pages[0]?.total_count,
    isFresh: (row: Row) => fresh.current.has(idOf(row)),
    is_paused,
    /** The changes since the pause. */
    waiting,
    setPaused(is: boolean) {
      setPaused(is)
      if (!is) void refresh()
    },
    refresh,
    ...{ is_loading: list.isPending, error: list.error, again: () => void list.refetch() },
    /** Fetches the next page, if there is one. */
    more: () => void (list.hasNextPage && !list.isFetchingNextPage && list.fetchNextPage()),
  }
}

export type Rows<Row> = ReturnType<typeof useRows<Row>>

type Asked = {
  path: `/${string}`
  query: Query
  search?: object | undefined
  after?: string | undefined
  signal?: AbortSignal
}

const fetchPage = <Row>({ path, query, search, after, signal }: Asked): Promise<Page<Row>> => {
  const sent = signal ? { signal } : {}
  const paging = { per_page: PER_PAGE, ...(after && { starting_after: after }) }
  if (search) return call(`POST ${path}`, { ...sent, query, body: { ...search, pagination: paging } })
  return call(`GET ${path}`, { ...sent, query: { ...query, ...paging } })
}
