// A mail that was left out, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'
import { postMail, rawMail } from '../../../test/mail.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    inbound: string
  }
}

export default {
  provides: ['inbound'],
  async create({ call, workspace: { id } }) {
    const mail = rawMail({ subject: `Mail of ${id}`, headers: { 'Auto-Submitted': 'auto-replied' } })
    const { body } = await postMail(call, mail)
    return { inbound: body.left_out_id }
  },
  attempts: {
    getInboundMessage: ({ inbound }) => [[`GET /extensions/inbound/${inbound}`]],
    readInboundMessage: ({ inbound }) => [[`GET /extensions/inbound/${inbound}/raw`]],
    takeInboundMessage: ({ inbound }) => [[`POST /extensions/inbound/${inbound}/take`]],
    readInboundMessageAgain: ({ inbound }) => [
      [`POST /extensions/inbound/${inbound}/read_again`, { charset: 'iso-8859-2' }],
    ],
  },
  lists: { listInboundMessages: () => [['GET /extensions/inbound']] },
  ids: { inbound: ['inbound'] },
} satisfies Fixture
