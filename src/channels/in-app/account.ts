// The in-app account of the delivery worker: a message is sent when it waits for its contact. The messenger reports the
// rest: the message is delivered when a messenger fetches it, and read when the contact reads it.
import { plainTextOf } from '#threads/html.ts'
import { inAppOutcomeFor } from '../capture/test-recipients.ts'
import type { Account, Captured, Outcome, Outgoing } from '../channel.ts'

/** The same for every workspace. The sandbox lists its messages, for tests without a messenger. */
export const inAppAccount: Account = {
  send: makeAvailable,
  concurrency: 100,
  close: async () => {},
}

async function makeAvailable(outgoing: Outgoing): Promise<Outcome> {
  const outcome = inAppOutcomeFor(outgoing)
  if (outcome.outcome !== 'sent') return outcome
  return { ...outcome, provider_id: `${outgoing.workspace_id}.${outgoing.id}`, captured: await captured(outgoing) }
}

const captured = async ({ sender, contact_id, subject, body }: Outgoing): Promise<Captured> => ({
  sender: sender.name,
  recipient: contact_id,
  subject,
  rendered: { html: body, text: await plainTextOf(body ?? '', { links: 'label (url)' }) },
})
