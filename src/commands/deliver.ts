// Runs the delivery worker of a server, and all jobs. Deliveries are sent with the channel accounts of their
// workspaces; those without an account are captured and shown on the terminal.
import type { FastifyBaseLogger } from 'fastify'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { allowedPrivateAddresses, assistantModel, type Config, keptDays } from '#config.ts'
import { DELIVERY_JOBS } from '#delivery/retention.ts'
import { messengerSignal } from '#delivery/signals.ts'
import { startWorker } from '#delivery/worker.ts'
import { EVENT_JOBS } from '#events/partitions.ts'
import type { Files } from '#files/files.ts'
import { HOUSEKEEPING } from '#jobs/housekeeping.ts'
import { runJobs } from '#jobs/run.ts'
import { print } from '#lib/terminal.ts'
import { egressPolicy } from '#net/egress.ts'
import { safeFetcher } from '#net/safe-fetch.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { RESOURCES } from '#resources/index.ts'
import { SEARCH_JOBS } from '#search/totals.ts'
import type { WorkerContext } from '#server.ts'
import { capturedLine } from './captured-line.ts'
import type { Storage } from './storage.ts'

type Options = {
  storage: Pick<Storage, 'sql' | 'is_embedded' | 'replica'>
  config: Config
  secret: string
  files: Files
  log: FastifyBaseLogger
}

/** The sender of captured email if none is set. */
const DEFAULT_SENDER = 'hello@interphone.invalid'

/** Resolves to a function that stops it. */
export async function deliver({ storage, config, secret, files, log }: Options): Promise<() => Promise<void>> {
  const { sql, is_embedded } = storage
  const { email_from: from = DEFAULT_SENDER, email_reply_domain: reply_domain = null, public_url } = config
  const sandbox = captureAccount({ from, reply_domain, public_url, secret })
  const allowed = allowedPrivateAddresses(config)
  const egress = egressPolicy({ allowed: allowed.channels })
  const accounts = accountPool(sql, { public_url, secret, egress }, sandbox)
  const shows_texts = process.stdout.isTTY || ['debug', 'trace'].includes(config.log_level)
  const worker = await startWorker({
    sql,
    recipients: contactRecords,
    accounts,
    links: { public_url, secret, attachment_link_days: config.attachment_link_days },
    log,
    onCaptured: (captured, outgoing) => print(capturedLine(captured, outgoing, shows_texts)),
    lease_seconds: config.delivery_lease_seconds,
    is_alone: is_embedded,
  })
  const fetch = config.fetch_attachments ? safeFetcher({ allowed: allowed.attachments }) : undefined
  const context: WorkerContext = {
    sql,
    secret,
    files,
    egress,
    public_url,
    fetch,
    log,
    kept_days: keptDays(config),
    replica: storage.replica,
    is_alone: is_embedded,
    model: assistantModel(config),
  }
  const stops = RESOURCES.flatMap(({ work }) => (work ? [work(context)] : []))
  const stopJobs = runJobs<WorkerContext>({
    sql,
    jobs: [
      ...HOUSEKEEPING,
      ...EVENT_JOBS,
      ...DELIVERY_JOBS,
      ...SEARCH_JOBS,
      ...RESOURCES.flatMap(({ jobs = [] }) => jobs),
    ],
    context,
    log,
  })
  const stopForwarding = messengerSignal.forward(sql)
  return async () => {
    await Promise.all([worker.stop(), stopJobs(), ...stops.map((stop) => stop())])
    stopForwarding()
    await accounts.close()
  }
}
