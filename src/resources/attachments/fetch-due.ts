// Fetches, in the background, the files that attachments name by their addresses, and those that came by WhatsApp. What is
// to be done stands in the database: whoever is killed at it lets it come due again.
import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'
import type { EgressPolicy } from '#net/egress.ts'
import type { SafeFetch } from '#net/safe-fetch.ts'
import { fetchFile } from './fetch.ts'
import { type DueFetch, leaseFetches } from './queries.ts'

const LOOK_EVERY_MS = 1_000
const STOP_WITHIN_MS = 3_500
/** Files under way at once, in all and of one workspace. */
const PLACES = 8
/** The lease is longer than a fetch and the storing of what it brought may take. */
const LEASE = { share: 3, seconds: 180 }

type Options = {
  sql: Pool
  files: Files
  /** Absent where files elsewhere are left there. */
  fetch?: SafeFetch | undefined
  /** What the accounts' secrets are kept with. */
  secret: string
  /** How far the channel accounts go that workspaces have made; to what is public where absent. */
  egress?: EgressPolicy | undefined
  log: Pick<FastifyBaseLogger, 'warn' | 'info' | 'debug'>
}

/** Returns what ends it: it takes nothing more, and waits a little for what is under way. */
export function fetchAttachments({ log, ...means }: Options): () => Promise<void> {
  const underWay = new Set<Promise<void>>()
  let looking = false
  let stopping = false

  async function look() {
    const room = PLACES - underWay.size
    if (looking || stopping || room <= 0) return
    looking = true
    const due = await leaseFetches(means.sql, { room, ...LEASE, elsewhere: !!means.fetch }).catch((error) => {
      log.warn({ err: error }, 'could not look for attachments to fetch')
      return []
    })
    looking = false
    for (const file of due) begin(file)
  }

  function begin(due: DueFetch) {
    const work = fetchOne(due).finally(() => {
      underWay.delete(work)
      void look()
    })
    underWay.add(work)
  }

  /** Whoever reads what it hangs on is told there: here it is worth a line, no more. */
  async function fetchOne(due: DueFetch) {
    const about = { workspace_id: due.workspace_id, file_id: due.id, ...originOf(due) }
    try {
      const result = await fetchFile(means, due)
      if (result.outcome === 'put_off') log.debug({ ...about, reason: result.reason }, 'attachment not fetched yet')
      if (result.outcome === 'given_up') log.info({ ...about, reason: result.reason }, 'attachment left where it is')
    } catch (error) {
      log.warn({ ...about, err: error }, 'could not write down what came of an attachment; trying again')
    }
  }

  const looks = setInterval(look, LOOK_EVERY_MS)
  void look()
  return async () => {
    stopping = true
    clearInterval(looks)
    const patience = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref())
    await Promise.race([Promise.all(underWay), patience])
  }
}

const originOf = ({ url, media_id }: DueFetch) => (media_id === null ? { host: URL.parse(url)?.host } : { media_id })
