// Email as the delivery worker knows it: an SMTP account that sends letters.
import type { Account } from '../channel.ts'
import { letter, type MailSettings } from './letter.ts'
import type { SmtpAccount } from './send.ts'

export const emailAccount = (smtp: SmtpAccount, settings: MailSettings, concurrency: number): Account => ({
  send: (outgoing) => smtp.send(letter(outgoing, settings)),
  concurrency,
  close: () => smtp.close(),
})
