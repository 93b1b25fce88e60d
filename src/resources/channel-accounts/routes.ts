// Channel accounts: the providers that send a workspace's email, SMS and WhatsApp messages. The sandbox captures
// channels without an account.

import { Type } from 'typebox'
import { inboundUrl } from '#channel-accounts/inbound-url.ts'
import type { AccountRow } from '#channel-accounts/rows.ts'
import { secretsOf } from '#channel-accounts/secrets.ts'
import type { AccountOptions } from '#channels/provider.ts'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, ListOf } from '#http/types.ts'
import { Message, Recipient } from '#resources/messages/schema.ts'
import { sendMessage } from '#resources/messages/send.ts'
import type { Resource, Server } from '#server.ts'
import { assertAllowedAddresses } from './private-addresses.ts'
import { deleteChannel, findChannel, listChannels, lockChannel } from './queries.ts'
import { assertNotFromEnvironment, changeChannel, createChannel } from './save.ts'
import { Channel, ChannelRequest, ChannelUpdate, DeletedChannel, presentChannel } from './schema.ts'
import { endWaiting } from './waiting.ts'

const TestRequest = Type.Object({
  to: Recipient,
  template: Type.Optional(Type.String({ description: 'Required for WhatsApp contacts who have not written.' })),
  locale: Type.Optional(Type.String()),
})

function channels(app: App, { secret, public_url, egress }: Server) {
  const preHandler = assertAllowedAddresses(egress)
  const options: AccountOptions = { secret, public_url }
  const present = (account: AccountRow) => ({
    ...presentChannel(account, Object.keys(secretsOf(options.secret, account))),
    ...(account.channel === 'email' && {
      inbound_url: inboundUrl(options, { workspace_id: account.workspace_id, account_id: account.id }),
    }),
  })

  app.get(
    '/extensions/channels',
    op('listChannels', { response: ListOf(Channel), summary: 'List channel accounts' }),
    async ({ workspace }) => ({ type: 'list' as const, data: (await listChannels(workspace)).map(present) }),
  )

  app.post(
    '/extensions/channels',
    {
      ...op('createChannel', { body: ChannelRequest, response: Channel, summary: 'Create a channel account' }),
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
      const { id, channel } = assertNotFromEnvironment(
        found(await lockChannel(workspace, params.id), 'Channel not found'),
      )
      await deleteChannel(workspace, id)
      await endWaiting(workspace.sql, workspace.id, channel, workspace.now())
      return { type: 'channel' as const, id, deleted: true as const }
    },
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
      return sendMessage(workspace, {
        from: { type: 'admin', id: workspace.admin_id },
        to,
        message_type: channel,
        subject: 'Test message',
        body: `A test message, sent through the account "${name}".`,
        ...(channel === 'whatsapp' && { ...template, components: [] }),
      })
    },
  )
}

export default { group: 'Extensions: channels', routes: channels, kept_tables: ['channel_accounts'] } satisfies Resource
