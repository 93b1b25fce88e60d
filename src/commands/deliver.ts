// The delivery worker of a server, with the channel accounts that the settings give the first workspace. Everybody
// else's messages are captured, and told of on the terminal. It also does what has to be done by the clock.
import type { FastifyBaseLogger } from 'fastify'
import { type Accounts, accountsOf } from '#channels/accounts.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { emailAccount } from '#channels/email/account.ts'
import type { MailSettings } from '#channels/email/letter.ts'
import type { Config } from '#config.ts'
import { startWorker } from '#delivery/worker.ts'
import { keepHouse } from '#jobs/housekeeping.ts'
import { print } from '#lib/terminal.ts'
import { capturedLine } from './captured-line.ts'
import type { Storage } from './storage.ts'

type Options = {
  storage: Pick<Storage, 'sql' | 'is_embedded'>
  config: Config
  secret: string
  first_workspace_id: string
  log: FastifyBaseLogger
}

const SMTP_CONNECTIONS = 8

/** The sender of captured email where none is set. */
const NOBODY = 'hello@interphone.invalid'

/** Resolves to what stops it. */
export async function deliver({
  storage,
  config,
  secret,
  first_workspace_id,
  log,
}: Options): Promise<() => Promise<void>> {
  const { sql, is_embedded } = storage
  const accounts = await accountsFor(config, secret, first_workspace_id)
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

async function accountsFor(config: Config, secret: string, workspace_id: string): Promise<Accounts> {
  const { smtp_url, email_from, email_reply_domain, public_url } = config
  const from = email_from ?? NOBODY
  const mail: MailSettings = { from, reply_domain: email_reply_domain ?? null, public_url, secret }
  if (!smtp_url) return accountsOf([], captureAccount(mail))
  const { smtpAccount } = await import('#channels/email/send.ts')
  const smtp = smtpAccount({ url: smtp_url, max_connections: SMTP_CONNECTIONS, ...signature(config) })
  const account = emailAccount(smtp, mail, SMTP_CONNECTIONS)
  return accountsOf([{ workspace_id, channel: 'email', account }], captureAccount(mail))
}

function signature({ dkim_domain, dkim_selector, dkim_private_key }: Config) {
  if (!dkim_domain || !dkim_selector || !dkim_private_key) return {}
  return { dkim: { domainName: dkim_domain, keySelector: dkim_selector, privateKey: dkim_private_key } }
}
