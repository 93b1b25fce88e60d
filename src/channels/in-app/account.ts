// In-app as the delivery worker knows it: a message is sent when it waits for its contact. What became of it from there
// on, the contact's messenger tells: it was delivered when a messenger took it, and read when the contact read it.
import { toPlainText } from '#lib/html.ts'
import { inAppFateOf } from '../capture/test-recipients.ts'
import type { Account, Captured, Outcome, Outgoing } from '../channel.ts'

/** The same for every workspace. The sandbox lists what went through it, for tests that have no messenger. */
export const inAppAccount: Account = {
  send: async (outgoing) => makeAvailable(outgoing),
  concurrency: 100,
  close: async () => {},
}

function makeAvailable(outgoing: Outgoing): Outcome {
  const fate = inAppFateOf(outgoing)
  if (fate.outcome !== 'sent') return fate
  return { ...fate, provider_id: `${outgoing.workspace_id}.${outgoing.id}`, captured: captured(outgoing) }
}

const captured = ({ sender, contact_id, subject, body }: Outgoing): Captured => ({
  sender: sender.name,
  recipient: contact_id,
  subject,
  rendered: { html: body, text: toPlainText(body ?? '', { links: 'label (url)' }) },
})
