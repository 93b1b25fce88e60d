// Messages: sends a message, and shows the statuses of WhatsApp messages.

import { newest } from '#db/page.ts'
import { BareError, found } from '#http/errors.ts'
import { pageOf, presentPages } from '#http/lists.ts'
import { type App, FILES_LIMIT, op } from '#http/op.ts'
import { readBody } from '#resources/attachments/written-body.ts'
import type { Resource, Server } from '#server.ts'
import { demo } from './demo.ts'
import { isContact, sendAsContact } from './from-contact.ts'
import { findByProviderId, listTemplates, pageOfRuleset, saveTemplate } from './queries.ts'
import {
  MAX_BODY,
  Message,
  MessageRequest,
  presentTemplate,
  WhatsAppTemplate,
  WhatsAppTemplateList,
  WhatsAppTemplateRequest,
} from './schema.ts'
import { sendMessage } from './send.ts'
import {
  MessageIdQuery,
  presentEvent,
  presentStatus,
  RulesetQuery,
  RulesetStatus,
  WhatsAppMessageStatus,
} from './status-schema.ts'
import { messageEvents } from './topics.ts'

/** What contacts write, an SMS and a WhatsApp template are not HTML. */
const isHtml = ({ from, message_type = '' }: MessageRequest) =>
  !isContact(from) && message_type !== 'sms' && message_type !== 'whatsapp'

const PAGE_SIZE = { default: 50, max: 100 }

function messages(app: App, server: Server) {
  app.decorateRequest('written_body')

  app.post(
    '/messages',
    {
      ...op('createMessage', {
        body_limit: FILES_LIMIT,
        summary: 'Send a message to contacts, or write one as a contact',
        sdk: (client) =>
          client.messages.create({
            message_type: 'email',
            template: 'plain',
            subject: 'Welcome',
            body: 'Hello Anna',
            from: { type: 'admin', id: 814860 },
            to: { type: 'user', id: '6b078829306d5537cf33eba8' },
          }),
        refuses: [404],
        scope: 'write_conversations',
        body: MessageRequest,
        response: Message,
        runs: 'statement',
      }),
      preHandler: readBody({ files: server.files, max_length: MAX_BODY, isHtml }),
    },
    async ({ workspace, body, written_body }) =>
      isContact(body.from) ? sendAsContact(workspace, body) : sendMessage(workspace, server, body, written_body),
  )

  app.get(
    '/messages/status',
    op('getWhatsAppMessageStatus', {
      summary: 'List the deliveries of a WhatsApp ruleset',
      scope: 'read_conversations',
      query: RulesetQuery,
      response: RulesetStatus,
      since: '2.16',
      bare_errors: true,
    }),
    async ({ workspace, query: { ruleset_id, ...paging } }) => {
      if (!ruleset_id) throw new BareError(400, 'parameter_not_found', 'ruleset_id is required')
      const page = pageOf(paging, PAGE_SIZE)
      const order = newest(workspace, 'created_at')
      const { rows, next, total_count } = await pageOfRuleset(workspace, ruleset_id, order, page)
      const { type, per_page, total_pages, next: following } = presentPages(page, { rows, next, total_count })
      return {
        type: 'list' as const,
        ruleset_id,
        pages: { type, per_page, total_pages, next: following ? { starting_after: following.starting_after } : null },
        total_count,
        events: rows.map(presentEvent),
      }
    },
  )

  app.get(
    '/messages/whatsapp/status',
    op('RetrieveWhatsAppMessageStatus', {
      summary: 'Show the status of one WhatsApp message',
      refuses: [404],
      scope: 'read_conversations',
      query: MessageIdQuery,
      response: WhatsAppMessageStatus,
      since: '2.16',
      bare_errors: true,
    }),
    async ({ workspace, query: { message_id } }) => {
      if (!message_id) throw new BareError(400, 'parameter_not_found', 'message_id is required')
      const delivery = await findByProviderId(workspace, message_id)
      return presentStatus(found(delivery, 'Whatsapp message not found', 'whatsapp_message_not_found'))
    },
  )

  app.get(
    '/extensions/whatsapp_templates',
    op('listWhatsAppTemplates', {
      summary: 'List the WhatsApp templates whose texts are known',
      response: WhatsAppTemplateList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listTemplates(workspace)).map(presentTemplate),
    }),
  )

  app.post(
    '/extensions/whatsapp_templates',
    op('saveWhatsAppTemplate', {
      summary: 'Give the text of a WhatsApp template, or replace it',
      body: WhatsAppTemplateRequest,
      response: WhatsAppTemplate,
    }),
    async ({ workspace, body }) => {
      await saveTemplate(workspace, body)
      return presentTemplate(body)
    },
  )
}

export default {
  group: 'Messages',
  routes: messages,
  events: messageEvents,
  kept_tables: ['whatsapp_templates'],
  given: async (workspace) =>
    (await listTemplates(workspace)).map(({ name, language }) => ({
      ...{ type: 'whatsapp_template', id: name, name: `${name} (${language})` },
    })),
  demo,
} satisfies Resource
