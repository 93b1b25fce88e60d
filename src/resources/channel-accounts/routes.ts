// Channel accounts: the providers that send a workspace's email, SMS and WhatsApp messages. The sandbox captures
// channels without an account.

import { Type } from 'typebox'
import { inboundUrl } from '#channel-accounts/inbound-url.ts'
import { secretsOf } from '#channel-accounts/secrets.ts'
import type { AccountOptions } from '#channels/provider.ts'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, ListOf } from '#http/types.ts'
import { toHtml } from '#lib/html.ts'
import { Message, Recipient } from '#resources/messages/schema.ts'
import { sendMessage } from '#resources/messages/send.ts'
import type { Resource, Server } from '#server.ts'
import { assertAllowedAddresses } from './private-addresses.ts'
import { type ChannelRow, findChannel, listChannels } from './queries.ts'
import { changeChannel, createChannel, removeChannel } from './save.ts'
import {
  Channel,
  ChannelRequest,
  ChannelUpdate,
  DeletedChannel,
  presentChannel,
  presentReplyDomain,
  Verification,
  VerificationRequest,
} from './schema.ts'
import { expectedRecord, verifyReplyDomain } from './verify.ts'

const TestRequest = Type.Object({
  to: Recipient,
  template: Type.Optional(Type.String({ description: 'Required for WhatsApp contacts who have not written.' })),
  locale: Type.Optional(Type.String()),
})

function channels(app: App, { secret, public_url, egress, look_up_txt }: Server) {
  const preHandler = assertAllowedAddresses(egress)
  const options: AccountOptions = { secret, public_url }
  const present = (account: ChannelRow) => ({
    ...presentChannel(account, Object.keys(secretsOf(options.secret, account))),
    ...(account.channel === 'email' && presentEmail(account)),
  })
  const presentEmail = (account: ChannelRow) => {
    const { workspace_id, id: account_id } = account
    const reply_domain = presentReplyDomain(account, (domain) => expectedRecord(secret, workspace_id, domain))
    return { inbound_url: inboundUrl(options, { workspace_id, account_id }), ...(reply_domain && { reply_domain }) }
  }

  app.get(
    '/extensions/channels',
    op('listChannels', { response: ListOf(Channel), summary: 'List channel accounts' }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listChannels(workspace)).map(present) }),
  )

  app.post(
    '/extensions/channels',
    {
      ...op('createChannel', {
        refuses: [409],
        body: ChannelRequest,
        response: Channel,
        summary: 'Create a channel account',
      }),
      preHandler,
    },
    async ({ workspace, body }) => present(await createChannel(workspace, options, body)),
  )

  app.get(
    '/extensions/channels/:id',
    op('getChannel', { params: ById, response: Channel, summary: 'Show a channel account' }),
    async ({ workspace, params }) => present(found(await findChannel(workspace, params.id), 'Channel not found')),
  )

  app.put(
    '/extensions/channels/:id',
    {
      ...op('updateChannel', {
        refuses: [409],
        params: ById,
        body: ChannelUpdate,
        response: Channel,
        summary: 'Update a channel account',
      }),
      preHandler,
    },
    async ({ workspace, params, body }) => present(await changeChannel(workspace, options, params.id, body)),
  )

  app.delete(
    '/extensions/channels/:id',
    op('deleteChannel', {
      refuses: [409],
      params: ById,
      response: DeletedChannel,
      summary: 'Delete a channel account; its queued deliveries fail',
    }),
    async ({ workspace, params }) => {
      const { id } = await removeChannel(workspace, params.id)
      return { type: 'channel' as const, id, deleted: true as const }
    },
  )

  app.post(
    '/extensions/channels/:id/verify',
    op('verifyChannel', {
      runs: 'outside',
      refuses: [409],
      params: ById,
      body: VerificationRequest,
      response: Verification,
      summary: 'Prove by a DNS record that a reply domain is yours',
    }),
    async ({ workspace, params, body }) =>
      verifyReplyDomain(workspace, { ...options, look_up_txt }, params.id, body.reply_domain),
  )

  app.post(
    '/extensions/channels/:id/test',
    op('testChannel', {
      params: ById,
      body: TestRequest,
      response: Message,
      summary: 'Send a test message through a channel account',
    }),
    async ({ workspace, params, body: { to, ...template } }) => {
      const { channel, name } = found(await findChannel(workspace, params.id), 'Channel not found')
      const body = `A test message, sent through the account "${name}".`
      const request = {
        from: { type: 'admin' as const, id: workspace.admin_id },
        to,
        message_type: channel,
        subject: 'Test message',
        body,
        ...(channel === 'whatsapp' && { ...template, components: [] }),
      }
      return sendMessage(workspace, options, request, { html: toHtml(body), pictures: [] })
    },
  )
}

export default {
  group: 'Extensions: channels',
  routes: channels,
  kept_tables: ['channel_accounts', 'reply_domains'],
} satisfies Resource
