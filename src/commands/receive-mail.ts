// Runs the SMTP listener of a server, which receives mail for its workspaces.
import type { FastifyBaseLogger } from 'fastify'
import { RefusedMail } from '#channels/email/inbound/mail.ts'
import type { Envelope } from '#channels/email/inbound/meaning.ts'
import type { Config } from '#config.ts'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'

type Options = {
  sql: Pool
  config: Pick<Config, 'host' | 'smtp_inbound_port' | 'public_url'>
  secret: string
  files: Files
  log: Pick<FastifyBaseLogger, 'info' | 'error'>
}

const NO_MAILBOX = { code: 550, message: '5.1.1 There is no such mailbox here' }

/** Resolves to a function that stops it. Does nothing if no port is set. */
export async function receiveMails({ sql, config, secret, files, log }: Options): Promise<() => Promise<void>> {
  const { host, smtp_inbound_port: port, public_url } = config
  if (!port) return async () => {}
  // Loaded here, because most servers do not need the mail libraries.
  const { listenForMail } = await import('#channels/email/inbound/listener.ts')
  const { byWorkspace, workspaceOfAddress } = await import('#inbound/email/recipients.ts')
  const { readMailFor } = await import('#inbound/email/read.ts')
  const { receiveMail } = await import('#inbound/email/receive.ts')

  /**
   * Each workspace receives the mail separately. If one fails, the sender tries again, and the others know the mail.
   */
  async function receiveInAll(raw: Buffer, whole: Envelope) {
    const { return_path } = whole
    const workspaces = await byWorkspace(sql, secret, whole.recipients)
    const mail = await readMailFor(sql, [...workspaces.keys()], raw, whole)
    for (const [workspace_id, own] of workspaces) {
      const envelope = { return_path, recipients: own }
      const received = await receiveMail(sql, { secret, public_url, files }, workspace_id, {
        raw,
        mail,
        envelope,
        bounces: true,
      })
      log.info({ workspace_id, mail: mail.id, ...received }, 'mail received')
    }
  }

  const listener = await listenForMail(
    { host, port },
    {
      refusal: async (address) => ((await workspaceOfAddress(sql, secret, address)) ? undefined : NO_MAILBOX),
      receive: (raw, envelope) => receiveInAll(raw, envelope).then(() => undefined, refusalOf),
    },
    (error) => log.error({ err: error }, 'mail could not be stored; its sender will try again'),
  ).catch((error) => {
    throw cannotListen(error, host, port)
  })
  return listener.close
}

/**
 * Returns the refusal of a wrong mail. Other errors, such as an unavailable database, are thrown: the sender retries.
 */
function refusalOf(error: Error) {
  if (!(error instanceof RefusedMail)) throw error
  return { code: error.is_too_large ? 552 : 554, message: `${error.is_too_large ? '5.3.4' : '5.6.0'} ${error.message}` }
}

function cannotListen(error: Error & { code?: string }, host: string, port: number): Error {
  const why = { EADDRINUSE: 'is in use', EACCES: 'is not allowed for this account' }[error.code ?? '']
  return why ? new Error(`Port ${port} of ${host} ${why}: set SMTP_INBOUND_PORT to another.`, { cause: error }) : error
}
