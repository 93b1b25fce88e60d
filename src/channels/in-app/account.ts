// The in-app account of the delivery worker: a message is sent when it waits for its contact. The messenger reports the
// rest: the message is delivered when a messenger fetches it, and read when the contact reads it.
import { toPlainText } from '#lib/html.ts'
import { inAppOutcomeFor } from '../capture/test-recipients.ts'
import type { Account, Captured, Outcome, Outgoing } from '../channel.ts'

/** The same for every workspace. The sandbox lists its messages, for tests without a messenger. */
export const inAppAccount: Account = {
  send: async (outgoing) => makeAvailable(outgoing),
  concurrency: 100,
  close: async () => {},
}

function makeAvailable(outgoing: Outgoing): Outcome {
  const outcome = inAppOutcomeFor(outgoing)
  if (outcome.outcome !== 'sent') return outcome
  return { ...outcome, provider_id: `${outgoing.workspace_id}.${outgoing.id}`, captured: captured(outgoing) }
}

const captured = ({ sender, contact_id, subject, body }: Outgoing): Captured => ({
  sender: sender.name,
  recipient: contact_id,
  subject,
  rendered: { html: body, text: toPlainText(body ?? '', { links: 'label (url)' }) },
})
