// A worker for which every channel is the sandbox: what is queued is captured, and delivered as its recipient's magic has it.
import { accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import type { Pool } from '#db/sql.ts'
import { startWorker } from '#delivery/worker.ts'

const MAIL = { from: 'team@example.com', reply_domain: null, public_url: 'http://localhost', secret: 'secret' }
const SILENT = { error() {}, warn() {}, info() {} }

/** Starts one; what it returns stops it. */
export async function captureAll(sql: Pool): Promise<() => Promise<void>> {
  const worker = await startWorker({ sql, accounts: accountsOf([], captureAccount(MAIL)), log: SILENT })
  return () => worker.stop()
}
