// Random bodies for the sandbox: usually valid ones.
import fc from 'fast-check'
import { CHANNELS } from '#channels/channel.ts'
import type { Vocabulary } from './vocabulary.ts'

const flag = fc.boolean()
const time = fc.constantFrom(0, 1_700_000_000, 32_503_680_000)
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })

/** Keyed by the operation's path. */
export const sandboxBodies = ({ mine, people }: Vocabulary): Record<string, fc.Arbitrary<unknown>> => ({
  '/extensions/sandbox/replies': replies(mine, people),
  '/extensions/sandbox/statuses': fc
    .tuple(
      fc.constantFrom(
        { delivery_id: mine.delivery },
        { delivery_id: mine.failed },
        { message_id: mine.message },
        { whatsapp_message_id: mine.wamid },
      ),
      fc.record(
        {
          status: fc.constantFrom('sent', 'delivered', 'read', 'failed'),
          ...{ code: text, reason: text, details: text, at: time },
          ...{ hard_bounce: flag, spam_complaint: flag, unsubscribe: flag },
        },
        { requiredKeys: ['status'] },
      ),
    )
    .map(([name, word]) => ({ ...name, ...word })),
  '/extensions/sandbox/faults': fc.oneof(
    fc.record(
      {
        fault: fc.constantFrom('429', 500, '503', 'timeout', 'lose_answer'),
        times: fc.integer({ min: 1, max: 10_000 }),
        operation: fc.constantFrom('listTags', 'createMessage'),
        method: fc.constantFrom('GET', 'POST'),
        path: fc.constantFrom('/contacts', '/'),
        retry_after: fc.integer({ min: 0, max: 60 }),
      },
      { requiredKeys: ['fault'] },
    ),
    fc.record(
      {
        target: fc.constant('sends'),
        fault: fc.constantFrom('429', '500', 'timeout', 'permanent'),
        channel: fc.constantFrom(...CHANNELS),
        ...{ code: text, reason: text },
      },
      { requiredKeys: ['target', 'fault'] },
    ),
    fc.record(
      {
        target: fc.constant('webhooks'),
        fault: fc.constantFrom(410, '500', 'timeout', 'double', 'out_of_order'),
        topic: fc.constantFrom('contact.user.created', 'conversation.user.replied'),
        delay_ms: fc.integer({ min: 1, max: 60_000 }),
      },
      { requiredKeys: ['target', 'fault'] },
    ),
  ),
  '/extensions/sandbox/clock': fc.oneof(
    fc.record({ freeze_at: fc.constantFrom('now', 0, 1_700_000_000, 4_102_444_800) }),
    fc.record({ advance_seconds: fc.constantFrom(1, 3_600, 86_400) }),
    fc.record({ reset: fc.constant(true) }),
  ),
})

/** From a contact who may write, alone or as an answer. */
function replies(mine: Vocabulary['mine'], people: string[]): fc.Arbitrary<unknown> {
  const common = { body: text, subject: text, provider_id: fc.constantFrom('one', 'two'), created_at: time }
  const own = { channel: fc.constantFrom(...CHANNELS), contact: writers(mine, people), ...common }
  const addressee = fc.constantFrom({ id: mine.user }, { user_id: mine.external_id }, undefined)
  const answer = { contact: addressee, ...common }
  return fc.oneof(
    fc.record(own, { requiredKeys: ['contact', 'body'] }),
    fc.record({ ...answer, to_message: fc.constant(mine.message) }, { requiredKeys: ['to_message', 'body'] }),
    fc.record(
      { ...answer, to_conversation: fc.constant(mine.conversation) },
      { requiredKeys: ['to_conversation', 'body'] },
    ),
  )
}

const writers = ({ email, external_id }: Vocabulary['mine'], people: string[]) =>
  fc.oneof(
    fc.record({ id: fc.constantFrom(...people) }),
    fc.record({ phone: fc.constantFrom('+12025550143', 12025550188), name: text }),
    fc.record({ email: fc.constantFrom(email, 'new@example.com') }),
    fc.record({ user_id: fc.constant(external_id) }),
  )
