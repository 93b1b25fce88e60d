// An email and a sent WhatsApp message, and requests of another workspace that must not reach them.
import { admin, type Fixture, user } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    message: string
    whatsapp: string
    /** The WhatsApp message's id at the provider. */
    wamid: string
  }
}

const inapp = (rest: object) => ({ message_type: 'in_app', body: 'x', ...rest })

export default {
  needs: ['admin', 'user'],
  provides: ['message', 'whatsapp', 'wamid'],
  async create({ post, workspace: { sql, id } }, ids) {
    const parties = { from: admin(ids.admin), to: user(ids.user) }
    const message = await post('/messages', {
      ...{ message_type: 'email', subject: `Mail of ${id}`, body: 'x' },
      ...parties,
    })
    const whatsapp = await post('/messages', {
      ...{ message_type: 'whatsapp', template: 'order_update', components: [] },
      ...parties,
    })
    const wamid = `wamid.${id}`
    await sql`
      update deliveries set status = 'sent', provider_id = ${wamid}
      where workspace_id = ${id} and channel = 'whatsapp'`
    return { message: message.id, whatsapp: whatsapp.id, wamid }
  },
  attempts: {
    createMessage: (their, my) => [
      ['POST /messages', inapp({ from: admin(their.admin), to: user(my.user) })],
      ['POST /messages', inapp({ from: admin(my.admin), to: user(their.user) })],
      ['POST /messages', inapp({ from: admin(my.admin), to: [user(my.user), user(their.user)] })],
      ['POST /messages', inapp({ from: admin(my.admin), to: user(my.user), cc: [user(their.user)] })],
      ['POST /messages', inapp({ from: admin(my.admin), to: user(my.user), bcc: user(their.lead) })],
      ['POST /messages', inapp({ from: admin(my.admin), to: { type: 'user', email: their.email } })],
      ['POST /messages', inapp({ from: admin(my.admin), to: { type: 'user', user_id: their.external_id } })],
      ['POST /messages', inapp({ from: user(their.user) })],
      ['POST /messages', inapp({ from: { type: 'user', email: their.email } })],
    ],
    RetrieveWhatsAppMessageStatus: ({ wamid }) => [[`GET /messages/whatsapp/status?message_id=${wamid}`]],
  },
  tested_elsewhere: ['saveWhatsAppTemplate'],
  lists: {
    listWhatsAppTemplates: () => [['GET /extensions/whatsapp_templates']],
    getWhatsAppMessageStatus: ({ whatsapp }) => [[`GET /messages/status?ruleset_id=${whatsapp}`]],
  },
  ids: { messages: ['message', 'captured'], ruleset_id: ['whatsapp'], message_id: ['wamid'] },
} satisfies Fixture
