// Fetches a file that an attachment names by its address, so that we have it when it is gone there.
import type { Pool } from '#db/sql.ts'
import { type Files, FileTooLarge } from '#files/files.ts'
import { StorageUnavailable } from '#files/storage.ts'
import { FetchFailed, type SafeFetch } from '#net/safe-fetch.ts'
import { type DueFetch, keepFetched, putOffFetch } from './queries.ts'
import { keepFile } from './store.ts'

/** Seconds to wait after each attempt; after the last, the address is left to stand for the file. */
const WAITS = [10, 60, 300, 1_800, 7_200]

const TIMEOUT_MS = 30_000

/** Statuses of servers that may think better of it. */
const MAY_PASS = [408, 425, 429]

/** What came of it; `reason` in words, without the address. */
export type FetchOutcome = { outcome: 'fetched' } | { outcome: 'put_off' | 'given_up'; reason: string }

type Means = { sql: Pool; files: Files; fetch: SafeFetch }

export async function fetchFile(means: Means, due: DueFetch): Promise<FetchOutcome> {
  const { sql } = means
  try {
    await store(means, due)
    return { outcome: 'fetched' }
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    const wait = refusal.is_transient ? (WAITS[due.attempt - 1] ?? null) : null
    await putOffFetch(sql, due, wait)
    return { outcome: wait === null ? 'given_up' : 'put_off', reason: refusal.reason }
  }
}

async function store({ sql, files, fetch }: Means, due: DueFetch): Promise<void> {
  const { status, headers, body, end } = await fetch(due.url, { max_bytes: files.largest, timeout_ms: TIMEOUT_MS })
  try {
    const content_type = headers['content-type']
    if (status < 200 || status > 299) throw new Unfit(`The server answered ${status}`, status)
    if (/^(text\/html|application\/xhtml)/i.test(content_type ?? '')) throw new Unfit('The address is that of a page')
    const file = await keepFile(due.workspace_id, files, { name: due.name, content_type, bytes: body })
    if (file.size === 0) throw new Unfit('The file is empty')
    await keepFetched(sql, due, file)
  } finally {
    end()
  }
}

/** An answer that is not the file. */
class Unfit extends Error {
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}

function refusalOf(error: unknown): { reason: string; is_transient: boolean } | undefined {
  if (!(error instanceof Error)) return undefined
  const { message: reason } = error
  if (error instanceof FetchFailed) return { reason, is_transient: error.is_transient }
  if (error instanceof Unfit)
    return { reason, is_transient: (error.status ?? 0) >= 500 || MAY_PASS.includes(error.status ?? 0) }
  if (error instanceof FileTooLarge) return { reason, is_transient: false }
  if (error instanceof StorageUnavailable) return { reason, is_transient: true }
  return undefined
}
