// Fetches a file that an attachment names by its address or that lies at Meta, so that we have it when it is gone there.
import { MediaUnavailable } from '#channels/whatsapp/media.ts'
import type { Pool } from '#db/sql.ts'
import { type Files, FileTooLarge } from '#files/files.ts'
import { type Bytes, StorageUnavailable } from '#files/storage.ts'
import type { EgressPolicy } from '#net/egress.ts'
import { FetchFailed, type SafeFetch } from '#net/safe-fetch.ts'
import { openMedia } from './open-media.ts'
import { type DueFetch, keepFetched, putOffFetch } from './queries.ts'
import { keepFile } from './store.ts'

/** Seconds to wait after each attempt; after the last, the address is left to stand for the file. */
const WAITS = [10, 60, 300, 1_800, 7_200]
/** Nothing stands for what lies at Meta, which keeps it for a week at least: an account may be put right meanwhile. */
const WAITS_FOR_META = [...WAITS, 6 * 3_600, 24 * 3_600, 24 * 3_600]

const LONGEST_WAIT = 24 * 3_600
const TIMEOUT_MS = 30_000

/** Statuses of servers that may think better of it. */
const MAY_PASS = [408, 425, 429]

/** What came of it; `reason` in words, without the address. */
export type FetchOutcome = { outcome: 'fetched' } | { outcome: 'put_off' | 'given_up'; reason: string }

/** `secret` is what the accounts' secrets are kept with; `egress` how far the accounts of workspaces go. */
type Means = {
  sql: Pool
  files: Files
  fetch?: SafeFetch | undefined
  secret: string
  egress?: EgressPolicy | undefined
}

export async function fetchFile(means: Means, due: DueFetch): Promise<FetchOutcome> {
  const { sql } = means
  try {
    await store(means, due)
    return { outcome: 'fetched' }
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    const wait = refusal.is_transient ? waitAfter(due, refusal.retry_after) : null
    await putOffFetch(sql, due, wait, refusal.reason)
    return { outcome: wait === null ? 'given_up' : 'put_off', reason: refusal.reason }
  }
}

function waitAfter({ media_id, attempt }: DueFetch, retry_after = 0): number | null {
  const wait = (media_id === null ? WAITS : WAITS_FOR_META)[attempt - 1]
  return wait === undefined ? null : Math.max(wait, Math.min(retry_after, LONGEST_WAIT))
}

async function store(means: Means, due: DueFetch): Promise<void> {
  const { sql, files } = means
  const { content_type, bytes, end } = await open(means, due)
  try {
    const file = await keepFile(due.workspace_id, files, { name: due.name, content_type, bytes })
    if (file.size === 0) throw new Unfit('The file is empty')
    await keepFetched(sql, due, file)
  } finally {
    end()
  }
}

type Opened = { content_type: string | undefined; bytes: Bytes; end(): void }

async function open({ files, fetch, ...means }: Means, due: DueFetch): Promise<Opened> {
  if (due.media_id !== null) return openMedia(means, due, files.largest)
  if (!fetch) throw new Unfit('Files that are elsewhere are not fetched here')
  const { status, headers, body, end } = await fetch(due.url, { max_bytes: files.largest, timeout_ms: TIMEOUT_MS })
  const content_type = headers['content-type']
  const fault = faultOf(status, content_type)
  if (!fault) return { content_type, bytes: body, end }
  end()
  throw fault
}

function faultOf(status: number, content_type = ''): Unfit | undefined {
  if (status < 200 || status > 299) return new Unfit(`The server answered ${status}`, status)
  if (/^(text\/html|application\/xhtml)/i.test(content_type)) return new Unfit('The address is that of a page')
}

/** An answer that is not the file. */
class Unfit extends Error {
  readonly status: number | undefined

  constructor(message: string, status?: number) {
    super(message)
    this.status = status
  }
}

type Refusal = { reason: string; is_transient: boolean; retry_after?: number }

function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined
  const { message: reason } = error
  if (error instanceof MediaUnavailable)
    return { reason, is_transient: error.is_transient, retry_after: error.retry_after }
  if (error instanceof FetchFailed) return { reason, is_transient: error.is_transient }
  if (error instanceof Unfit)
    return { reason, is_transient: (error.status ?? 0) >= 500 || MAY_PASS.includes(error.status ?? 0) }
  if (error instanceof FileTooLarge) return { reason, is_transient: false }
  if (error instanceof StorageUnavailable) return { reason, is_transient: true }
  return undefined
}
