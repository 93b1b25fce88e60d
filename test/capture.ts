// A worker for which every channel is the sandbox: what is queued is captured, and delivered as its recipient's magic has it.

import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import type { Pool } from '#db/sql.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'

const MAIL = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: 'secret' }
const SILENT = { error() {}, warn() {}, info() {} }

/** What ends, and calls what is registered with it: the context of a test, or a server. */
type Ending = { after(stop: () => Promise<void>): unknown }

/**
 * Starts one, which stops with `ending`, also where that fails: it would keep the whole run from its end. What it returns
 * stops it sooner.
 */
export async function captureAll(sql: Pool, ending: Ending): Promise<() => Promise<void>> {
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts: accountsOf([], captureAccount(MAIL)),
    log: SILENT,
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= worker.stop()
    return stopped
  }
  ending.after(stop)
  return stop
}
