// The reasons why a mail or message is in no conversation: a code for programs, and a sentence for people.
import type { AutomaticReason } from '#channels/email/inbound/automatic.ts'

export type Reason =
  | AutomaticReason
  | 'no_sender'
  | 'unknown_report'
  | 'unsigned_report'
  | 'blocked'
  | 'no_number'
  | 'unreadable'
  | 'refused'
  | 'unknown_original'
  | 'system_message'
  | 'no_content'
  | 'doubtful_charset'

const SENTENCES: Record<Reason, string> = {
  auto_submitted: 'A header of the mail (Auto-Submitted) says that a program wrote it.',
  auto_reply: 'A header of the mail says that it is an automatic reply.',
  bulk: 'A header of the mail (Precedence) says that it was sent in bulk.',
  mailing_list: 'The mail came from a mailing list.',
  empty_return_path: 'The mail has an empty return path, which programs use for mail that must not be answered.',
  mailer_daemon: 'A mail server wrote the mail.',
  our_own: 'The mail is one that this workspace sent.',
  loop: 'The mail passed so many servers that it seems to run in a circle.',
  no_sender: 'The mail does not say whom it is from.',
  unknown_report: 'The mail is a report about a mail that this workspace did not send.',
  unsigned_report:
    'The mail is a report that names a mail of this workspace without its signature, as anybody could. It changes nothing.',
  blocked: 'Its sender is blocked.',
  no_number: 'Its sender is not a phone number, and cannot be answered.',
  unreadable: 'The message does not have the form that its provider documents.',
  refused: 'The message could not be stored.',
  unknown_original: 'It is about another message, which is in no conversation.',
  system_message: 'WhatsApp reports a change of the sender; the sender wrote nothing.',
  doubtful_charset:
    'The charset of the mail is in doubt, so that its text may be wrong. It can be read again with another.',
  no_content: 'The message has nothing that can be shown.',
}

/** Returns the sentence of a reason, with the detail if there is one. */
export const explain = (reason: string, detail: string | null): string =>
  [Object.hasOwn(SENTENCES, reason) ? SENTENCES[reason as Reason] : `The reason is ${reason}.`, detail]
    .filter((text) => text)
    .join(' ')
