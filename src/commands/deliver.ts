// The delivery worker of a server, with the channel accounts that workspaces have, those that the environment gives the
// first workspace among them. What has no account is captured, and told of on the terminal. It also does what has to be
// done by the clock.
import type { FastifyBaseLogger } from 'fastify'
import { captureAccount } from '#channels/capture/capture.ts'
import type { Config } from '#config.ts'
import { accountsIn } from '#delivery/accounts.ts'
import { startWorker } from '#delivery/worker.ts'
import { keepHouse } from '#jobs/housekeeping.ts'
import { print } from '#lib/terminal.ts'
import { capturedLine } from './captured-line.ts'
import type { Storage } from './storage.ts'

type Options = {
  storage: Pick<Storage, 'sql' | 'is_embedded'>
  config: Config
  secret: string
  log: FastifyBaseLogger
}

/** The sender of captured email where none is set. */
const NOBODY = 'hello@interphone.invalid'

/** Resolves to what stops it. */
export async function deliver({ storage, config, secret, log }: Options): Promise<() => Promise<void>> {
  const { sql, is_embedded } = storage
  const { email_from: from = NOBODY, email_reply_domain: reply_domain = null, public_url } = config
  const sandbox = captureAccount({ from, reply_domain, public_url, secret })
  const accounts = accountsIn(sql, { public_url, secret }, sandbox)
  const worker = await startWorker({
    sql,
    accounts,
    log,
    onCaptured: (...both) => print(capturedLine(...both)),
    lease_seconds: config.delivery_lease_seconds,
    is_alone: is_embedded,
  })
  const rest = keepHouse(sql, log)
  return async () => {
    rest()
    await worker.stop()
    await accounts.close()
  }
}
