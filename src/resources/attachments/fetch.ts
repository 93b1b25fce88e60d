// Fetches the file of an attachment from its URL or from Meta, and stores it, so that it outlives the original.
import { MediaUnavailable } from '#channels/whatsapp/media.ts'
import type { Pool } from '#db/sql.ts'
import { type Files, FileTooLarge } from '#files/files.ts'
import { type Bytes, StorageUnavailable } from '#files/storage.ts'
import type { EgressPolicy } from '#net/egress.ts'
import { FetchFailed, type SafeFetch } from '#net/safe-fetch.ts'
import { openMedia } from './open-media.ts'
import { type DueFetch, postponeFetch, saveFetched } from './queries.ts'
import { writeUnclaimedFile } from './store.ts'

/** Seconds to wait after each attempt. After the last one the attachment keeps its URL. */
const WAITS = [10, 60, 300, 1_800, 7_200]
/**
 * Longer, because a file at Meta has no public URL. Meta stores it for at least a week, in which an account can be
 * fixed.
 */
const WAITS_FOR_META = [...WAITS, 6 * 3_600, 24 * 3_600, 24 * 3_600]

const MAX_WAIT = 24 * 3_600
const TIMEOUT_MS = 30_000

/** HTTP statuses below 500 that are worth a retry. */
const TRANSIENT_STATUSES = [408, 425, 429]

/** `reason` is a sentence without the URL. */
export type FetchOutcome = { outcome: 'fetched' } | { outcome: 'postponed' | 'given_up'; reason: string }

export type FetchOptions = {
  sql: Pool
  files: Files
  /** Absent if remote files are not fetched. */
  fetch?: SafeFetch | undefined
  /** Decrypts the secrets of channel accounts. */
  secret: string
  /** Limits the connections of channel accounts that workspaces made. Default: public addresses only. */
  egress?: EgressPolicy | undefined
}

export async function fetchFile(options: FetchOptions, due: DueFetch): Promise<FetchOutcome> {
  const { sql } = options
  try {
    await store(options, due)
    return { outcome: 'fetched' }
  } catch (error) {
    const refusal = refusalOf(error)
    if (!refusal) throw error
    const wait = refusal.is_transient ? waitAfter(due, refusal.retry_after) : null
    await postponeFetch(sql, due, wait, refusal.reason)
    return { outcome: wait === null ? 'given_up' : 'postponed', reason: refusal.reason }
  }
}

function waitAfter({ media_id, attempt }: DueFetch, retry_after = 0): number | null {
  const wait = (media_id === null ? WAITS : WAITS_FOR_META)[attempt - 1]
  return wait === undefined ? null : Math.max(wait, Math.min(retry_after, MAX_WAIT))
}

async function store(options: FetchOptions, due: DueFetch): Promise<void> {
  const { sql, files } = options
  const { content_type, bytes, end } = await open(options, due)
  try {
    const file = await writeUnclaimedFile(due.workspace_id, files, { name: due.name, content_type, bytes })
    if (file.size === 0) throw new UnusableResponse('The file is empty')
    await saveFetched(sql, due, file)
  } finally {
    end()
  }
}

type Opened = { content_type: string | undefined; bytes: Bytes; end(): void }

async function open({ files, fetch, ...options }: FetchOptions, due: DueFetch): Promise<Opened> {
  if (due.media_id !== null) return openMedia(options, due, files.largest)
  if (!fetch) throw new UnusableResponse('This server does not fetch remote files')
  const { status, headers, body, end } = await fetch(due.url, { max_bytes: files.largest, timeout_ms: TIMEOUT_MS })
  const content_type = headers['content-type']
  const problem = problemWith(status, content_type)
  if (!problem) return { content_type, bytes: body, end }
  end()
  throw problem
}

function problemWith(status: number, content_type = ''): UnusableResponse | undefined {
  if (status < 200 || status > 299) return new UnusableResponse(`The server answered ${status}`, status)
  if (/^(text\/html|application\/xhtml)/i.test(content_type))
    return new UnusableResponse('The URL is that of a page, not of a file')
}

/** The response is not the file. */
class UnusableResponse extends Error {
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
  if (error instanceof UnusableResponse)
    return { reason, is_transient: (error.status ?? 0) >= 500 || TRANSIENT_STATUSES.includes(error.status ?? 0) }
  if (error instanceof FileTooLarge) return { reason, is_transient: false }
  if (error instanceof StorageUnavailable) return { reason, is_transient: true }
  return undefined
}
