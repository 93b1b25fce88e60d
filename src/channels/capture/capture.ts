// The sandbox: it captures the deliveries of channels without an account. The message is rendered as it would be sent,
// stored, and moves on to `delivered`, or to the outcome of its test recipient.
import { segmented } from '#lib/segments.ts'
import { plainTextOf } from '#threads/html.ts'
import type { Account, Captured, Outcome, Outgoing, SendingChannel } from '../channel.ts'
import { compose, messageId } from '../email/compose.ts'
import { emailOf, type MailSettings } from '../email/email-of-delivery.ts'
import { smsText } from '../sms/text.ts'
import { outcomeFor } from './test-recipients.ts'

export const captureAccount = (mail: MailSettings): Account => ({
  send: (outgoing) => capture(outgoing, mail),
  concurrency: 100,
  close: async () => {},
})

async function capture(outgoing: Outgoing, mail: MailSettings): Promise<Outcome> {
  const outcome = outcomeFor(outgoing)
  if (outcome.outcome !== 'sent') return outcome
  return {
    ...outcome,
    provider_id: providerId(outgoing, mail),
    captured: await RENDER[outgoing.channel as SendingChannel](outgoing, mail),
  }
}

/** Returns an id in the provider's format, made from the delivery's id: the same for every attempt. */
function providerId(outgoing: Outgoing, mail: MailSettings): string {
  const name = `${outgoing.workspace_id}.${outgoing.id}`
  if (outgoing.channel === 'email') return messageId(emailOf(outgoing, mail))
  if (outgoing.channel === 'whatsapp') return `wamid.${Buffer.from(name).toString('base64')}`
  return `SM${Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32)}`
}

const rendered = (text: string) => ({ text, ...segmented(text) })

const plain = (html: string | null) => plainTextOf(html ?? '', { links: 'label (url)' })

const RENDER: Record<SendingChannel, (outgoing: Outgoing, mail: MailSettings) => Promise<Captured>> = {
  async email(outgoing, mail) {
    const email = emailOf(outgoing, mail)
    const { text, html } = await compose(email)
    return {
      sender: `${email.from.name} <${email.from.address}>`,
      recipient: outgoing.address,
      subject: email.subject,
      rendered: {
        text,
        html,
        message_id: messageId(email),
        reply_to: email.reply_to,
        to: email.to,
        cc: email.cc,
        unsubscribe_url: email.unsubscribe_url,
        return_path: email.return_path,
        in_reply_to: email.in_reply_to,
        references: email.references,
        date: email.date,
      },
    }
  },
  sms: async (outgoing) => ({
    sender: outgoing.sender.workspace_name,
    recipient: outgoing.address,
    subject: null,
    rendered: rendered(await smsText(outgoing)),
  }),
  whatsapp: async (outgoing) => ({
    sender: outgoing.sender.workspace_name,
    recipient: outgoing.address,
    subject: null,
    rendered: {
      text: await plain(outgoing.body),
      template: outgoing.template,
      locale: outgoing.locale,
      components: outgoing.components,
    },
  }),
}
