// One call of Intercom's official SDK for each operation that the SDK has. /docs shows the text of these functions.
import type { IntercomClient } from 'intercom-client'

/** By operationId. */
export const SDK_SAMPLES: Record<string, (client: IntercomClient) => unknown> = {
  createMessage: (client) =>
    client.messages.create({
      message_type: 'email',
      template: 'plain',
      subject: 'Welcome',
      body: 'Hello Anna',
      from: { type: 'admin', id: 814860 },
      to: { type: 'user', id: '6b078829306d5537cf33eba8' },
    }),

  ListContacts: (client) => client.contacts.list({ per_page: 50 }),
  CreateContact: (client) => client.contacts.create({ email: 'anna@example.com', name: 'Anna' }),
  ShowContact: (client) => client.contacts.find({ contact_id: '6b078829306d5537cf33eba8' }),
  ShowContactByExternalId: (client) => client.contacts.showContactByExternalId({ external_id: 'customer-1' }),
  UpdateContact: (client) => client.contacts.update({ contact_id: '6b078829306d5537cf33eba8', name: 'Anna Adler' }),
  DeleteContact: (client) => client.contacts.delete({ contact_id: '6b078829306d5537cf33eba8' }),
  ArchiveContact: (client) => client.contacts.archive({ contact_id: '6b078829306d5537cf33eba8' }),
  UnarchiveContact: (client) => client.contacts.unarchive({ contact_id: '6b078829306d5537cf33eba8' }),
  SearchContacts: (client) =>
    client.contacts.search({ query: { field: 'email', operator: '=', value: 'anna@example.com' } }),
  listTagsForAContact: (client) => client.contacts.listAttachedTags({ contact_id: '6b078829306d5537cf33eba8' }),

  listConversations: (client) => client.conversations.list({ per_page: 20 }),
  createConversation: (client) =>
    client.conversations.create({ from: { type: 'user', id: '6b078829306d5537cf33eba8' }, body: 'Hello' }),
  retrieveConversation: (client) => client.conversations.find({ conversation_id: '1', display_as: 'plaintext' }),
  updateConversation: (client) => client.conversations.update({ conversation_id: '1', read: true }),
  searchConversations: (client) =>
    client.conversations.search({ query: { field: 'state', operator: '=', value: 'open' } }),
  replyConversation: (client) =>
    client.conversations.reply({
      conversation_id: '1',
      body: { message_type: 'comment', type: 'admin', admin_id: '814860', body: 'Thank you' },
    }),
  manageConversation: (client) =>
    client.conversations.manage({
      conversation_id: '1',
      body: { message_type: 'close', type: 'admin', admin_id: '814860' },
    }),

  listTags: (client) => client.tags.list(),
  createTag: (client) => client.tags.create({ name: 'VIP' }),
  findTag: (client) => client.tags.find({ tag_id: '1' }),
  deleteTag: (client) => client.tags.delete({ tag_id: '1' }),
  attachTagToContact: (client) => client.tags.tagContact({ contact_id: '6b078829306d5537cf33eba8', id: '1' }),
  detachTagFromContact: (client) => client.tags.untagContact({ contact_id: '6b078829306d5537cf33eba8', tag_id: '1' }),
  attachTagToConversation: (client) =>
    client.tags.tagConversation({ conversation_id: '1', id: '1', admin_id: '814860' }),
  detachTagFromConversation: (client) =>
    client.tags.untagConversation({ conversation_id: '1', tag_id: '1', admin_id: '814860' }),

  lisDataAttributes: (client) => client.dataAttributes.list({ model: 'contact' }),
  updateDataAttribute: (client) =>
    client.dataAttributes.update({ data_attribute_id: 1, body: { description: 'The plan' } }),

  identifyAdmin: (client) => client.admins.identify(),
  listAdmins: (client) => client.admins.list(),
  retrieveAdmin: (client) => client.admins.find({ admin_id: 814860 }),
  setAwayAdmin: (client) =>
    client.admins.away({ admin_id: 814860, away_mode_enabled: true, away_mode_reassign: false }),
}
