// Fetches the files of attachments in the background: from their URLs, and from WhatsApp. Due fetches are leased in the
// database, so a fetch whose process is killed becomes due again.
import type { FastifyBaseLogger } from 'fastify'
import { type FetchOptions, fetchFile } from './fetch.ts'
import { type DueFetch, leaseFetches } from './queries.ts'

const POLL_EVERY_MS = 1_000
const STOP_WITHIN_MS = 3_500
/** Fetches at once in this process. */
const CONCURRENCY = 8
/** `share`: files of one workspace at once. `seconds`: longer than a fetch and storing its file can take. */
const LEASE = { share: 3, seconds: 180 }

type Options = FetchOptions & { log: Pick<FastifyBaseLogger, 'warn' | 'info' | 'debug'> }

/** Returns a function that stops it: no more fetches start, and running ones get a few seconds to end. */
export function fetchAttachments({ log, ...options }: Options): () => Promise<void> {
  const running = new Set<Promise<void>>()
  let polling = false
  let stopping = false

  async function poll() {
    const room = CONCURRENCY - running.size
    if (polling || stopping || room <= 0) return
    polling = true
    const due = await leaseFetches(options.sql, { room, ...LEASE, remote: !!options.fetch }).catch((error) => {
      log.warn({ err: error }, 'could not lease attachments to fetch')
      return []
    })
    polling = false
    for (const file of due) start(file)
  }

  function start(due: DueFetch) {
    const work = fetchOne(due).finally(() => {
      running.delete(work)
      void poll()
    })
    running.add(work)
  }

  /** The conversation shows the failure; here it is only logged. */
  async function fetchOne(due: DueFetch) {
    const about = { workspace_id: due.workspace_id, file_id: due.id, ...originOf(due) }
    try {
      const result = await fetchFile(options, due)
      if (result.outcome === 'postponed') log.debug({ ...about, reason: result.reason }, 'attachment not fetched yet')
      if (result.outcome === 'given_up') log.info({ ...about, reason: result.reason }, 'attachment given up')
    } catch (error) {
      log.warn({ ...about, err: error }, 'could not save the outcome of a fetch; trying again')
    }
  }

  const timer = setInterval(poll, POLL_EVERY_MS)
  void poll()
  return async () => {
    stopping = true
    clearInterval(timer)
    const timeout = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref())
    await Promise.race([Promise.all(running), timeout])
  }
}

const originOf = ({ url, media_id }: DueFetch) => (media_id === null ? { host: URL.parse(url)?.host } : { media_id })
