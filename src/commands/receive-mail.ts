// The mail server of a server: takes what is for its workspaces, on the port that is set for it.
import type { FastifyBaseLogger } from 'fastify'
import { type Mail, RefusedMail } from '#channels/email/inbound/mail.ts'
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

/** Resolves to what stops it. Does nothing where no port is set. */
export async function takeMails({ sql, config, secret, files, log }: Options): Promise<() => Promise<void>> {
  const { host, smtp_inbound_port: port, public_url } = config
  if (!port) return async () => {}
  // With the libraries of mail, which most servers do not need.
  const { listenForMail } = await import('#channels/email/inbound/listener.ts')
  const { readMail } = await import('#channels/email/inbound/mail.ts')
  const { byWorkspace, workspaceOfAddress } = await import('#inbound/email/recipients.ts')
  const { takeMail } = await import('#inbound/email/receive.ts')

  /** In each of the workspaces that it is for, by itself: where one fails, the sender tries again, and the others know it. */
  async function takeInAll(mail: Mail, { return_path, recipients }: Envelope) {
    for (const [workspace_id, own] of await byWorkspace(sql, secret, recipients)) {
      const envelope = { return_path, recipients: own }
      const taken = await takeMail(sql, { secret, public_url, files }, workspace_id, mail, envelope)
      log.info({ workspace_id, mail: mail.id, ...taken }, 'mail in')
    }
  }

  const listener = await listenForMail(
    { host, port },
    {
      refusal: async (address) => ((await workspaceOfAddress(sql, secret, address)) ? undefined : NO_MAILBOX),
      take: (raw, envelope) =>
        readMail(raw)
          .then((mail) => takeInAll(mail, envelope))
          .then(() => undefined, refusalOf),
    },
    (error) => log.error({ err: error }, 'mail in: not kept, to be sent again'),
  ).catch((error) => {
    throw cannotListen(error, host, port)
  })
  return listener.close
}

/** A database that is away is none: the sender is told to try again. */
function refusalOf(error: Error) {
  if (!(error instanceof RefusedMail)) throw error
  return { code: error.is_too_large ? 552 : 554, message: `${error.is_too_large ? '5.3.4' : '5.6.0'} ${error.message}` }
}

function cannotListen(error: Error & { code?: string }, host: string, port: number): Error {
  const why = { EADDRINUSE: 'is in use', EACCES: 'is not for this account to listen on' }[error.code ?? '']
  return why ? new Error(`Port ${port} of ${host} ${why}: set SMTP_INBOUND_PORT to another.`, { cause: error }) : error
}
