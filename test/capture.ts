// A worker that captures everything in the sandbox, with the outcomes of test recipients.

import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import type { Pool } from '#db/sql.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { SECRET } from './app.ts'

const MAIL = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: SECRET }
const SILENT = { error() {}, warn() {}, info() {} }

/** Calls registered functions at its end: the context of a test, or a server. */
type Ending = { after(stop: () => Promise<void>): unknown }

/**
 * Starts a worker that stops with `ending`, also if the test fails; a running worker would prevent the end of the run. The
 * returned function stops it earlier.
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
