// A captured message and an armed fault, and requests of another workspace that must not reach them.
import { type Fixture, idOf, type Request } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    fault: string
    captured: string
  }
}

const reply = (rest: object): Request => ['POST /extensions/sandbox/replies', { body: 'x', ...rest }]
const status = (rest: object): Request => ['POST /extensions/sandbox/statuses', { status: 'read', ...rest }]

export default {
  needs: ['delivery', 'email'],
  provides: ['fault', 'captured'],
  async create({ post, workspace: { sql, id } }, { delivery, email }) {
    const captured = await idOf(sql<{ id: string }[]>`
      insert into captured_messages
        (workspace_id, delivery_id, channel, sender, recipient, subject, rendered, captured_at)
      values (${id}, ${delivery}, 'email', 'x', ${email}, ${`Mail of ${id}`}, '{}', now()) returning id`)
    const fault = await post('/extensions/sandbox/faults', { fault: '500', path: `/nowhere/of/${id}` })
    return { fault: fault.id, captured }
  },
  attempts: {
    getCapturedMessage: ({ captured }) => [[`GET /extensions/sandbox/messages/${captured}`]],
    showCapturedHtml: ({ captured }) => [[`GET /extensions/sandbox/messages/${captured}/html`]],
    showCapturedRaw: ({ captured }) => [[`GET /extensions/sandbox/messages/${captured}/raw`]],
    writeReply: (their, my) => [
      reply({ contact: { id: their.user } }),
      reply({ contact: { user_id: their.external_id } }),
      reply({ contact: { email: their.email } }),
      reply({ contact: { id: my.user }, to_message: their.message }),
      reply({ contact: { id: my.user }, to_conversation: their.conversation }),
      reply({ contact: { id: their.user }, to_message: my.message, channel: 'email' }),
      reply({ to_conversation: their.conversation }),
    ],
    sayStatus: (their, my) => [
      status({ delivery_id: their.delivery }),
      status({ message_id: their.message }),
      status({ message_id: my.message, contact_id: their.user }),
      status({ whatsapp_message_id: their.wamid }),
    ],
  },
  removals: { disarmFault: ({ fault }) => [[`DELETE /extensions/sandbox/faults/${fault}`]] },
  lists: {
    listFaults: () => [['GET /extensions/sandbox/faults']],
    listCapturedMessages: ({ email }) => [
      ['GET /extensions/sandbox/messages?per_page=150'],
      ['GET /extensions/sandbox/messages?q=mail'],
      [`GET /extensions/sandbox/messages?to=${encodeURIComponent(email)}`],
    ],
  },
  tested_elsewhere: [
    ...['resetSandbox', 'armFault', 'disarmFaults'],
    ...['getClock', 'setClock', 'getSandboxSettings', 'updateSandboxSettings'],
  ],
  removes_too: ['disarmFaults', 'resetSandbox'],
  ids: { faults: ['fault'] },
} satisfies Fixture
