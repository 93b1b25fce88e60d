// What a seed file can have: each noun with the operations that make and change it, and the keys by which entries are found.

// biome-ignore lint/suspicious/noExplicitAny: bodies and answers of any operation
export type Body = Record<string, any>

/** A member of an entry that is a call of its own after the entry is made, once for each of its values. */
export type Step = {
  /** `:id` is the entry's; other parameters are taken from the body. */
  route: string | ((body: Body) => string)
  /** What a value other than an object means, such as a reference alone. */
  short?: (value: unknown, me: string) => Body
}

export type Noun = {
  /** In references: `$contact.anna`. */
  name: string
  create: string
  /** Absent: an entry that has changed stays as it was made. */
  update?: string
  /** Members that an entry is known by; the first one that it has is its key. Absent: it needs a `key`. */
  keys?: readonly string[]
  /** An entry that was not made by a seed is found in this list, by all of `same`. Default: by the first of `keys`. */
  list?: { route: string; member: string; body?: Body }
  same?: readonly string[]
  steps?: Readonly<Record<string, Step>>
  /** The member of the body in which the operation takes it. */
  wrapped_in?: string
  /** The member of the answer that is the id. Default: id. */
  id?: string
  /** Members that a new one must have, for entries without them. */
  defaults?: Body
}

const byId = (id: unknown): Body => ({ id })
const byAdmin = (id: unknown, admin_id: string): Body => ({ id, admin_id })

/** What `POST /conversations/{id}/reply` does not take. */
const ACTIONS = new Set(['assignment', 'close', 'open', 'snoozed'])
const partRoute = ({ message_type }: Body) => `POST /conversations/:id/${ACTIONS.has(message_type) ? 'parts' : 'reply'}`

const tagsOf = (path: string): Step => ({ route: `POST ${path}/:id/tags`, short: byAdmin })
const data = 'data'

/** By their names in a file. An entry is made after all that it refers to, and otherwise in this order. */
export const NOUNS: Readonly<Record<string, Noun>> = {
  admins: {
    ...{ name: 'admin', create: 'POST /extensions/admins', keys: ['email', 'name'] },
    list: { route: 'GET /admins', member: 'admins' },
    steps: { away: { route: 'PUT /admins/:id/away' } },
  },
  teams: {
    ...{ name: 'team', create: 'POST /extensions/teams', update: 'PUT /extensions/teams/:id', keys: ['name'] },
    list: { route: 'GET /teams', member: 'teams' },
    steps: {
      members: { route: 'PUT /teams/:id' },
      assignment: { route: 'PUT /extensions/teams/:id/assignment' },
    },
  },
  office_hours_schedules: {
    ...{ name: 'office_hours_schedule', create: 'POST /office_hours_schedules', keys: ['name'] },
    ...{ update: 'PUT /office_hours_schedules/:id', list: { route: 'GET /office_hours_schedules', member: data } },
    steps: { exceptions: { route: 'POST /office_hours_schedules/:id/office_hours_exceptions' } },
  },
  tags: {
    ...{ name: 'tag', create: 'POST /tags', keys: ['name'], list: { route: 'GET /tags', member: data } },
  },
  data_attributes: {
    ...{ name: 'data_attribute', create: 'POST /data_attributes', update: 'PUT /data_attributes/:id', keys: ['name'] },
    ...{ list: { route: 'GET /data_attributes', member: data }, same: ['name', 'model'] },
  },
  custom_object_types: {
    ...{ name: 'custom_object_type', create: 'POST /extensions/custom_object_types', keys: ['identifier'] },
    ...{ update: 'PUT /extensions/custom_object_types/:id', id: 'identifier' },
    list: { route: 'GET /extensions/custom_object_types', member: data },
  },
  custom_object_instances: {
    ...{ name: 'custom_object_instance', create: 'POST /custom_object_instances/:type', keys: ['external_id'] },
  },
  companies: {
    ...{ name: 'company', create: 'POST /companies', update: 'PUT /companies/:id', keys: ['company_id', 'name'] },
    list: { route: 'POST /companies/list', member: data },
    steps: { notes: { route: 'POST /companies/:id/notes' } },
  },
  subscription_types: {
    ...{ name: 'subscription_type', create: 'POST /extensions/subscription_types' },
    update: 'PUT /extensions/subscription_types/:id',
  },
  contacts: {
    ...{ name: 'contact', create: 'POST /contacts', update: 'PUT /contacts/:id' },
    keys: ['external_id', 'email', 'phone', 'name'],
    list: { route: 'GET /contacts?per_page=150', member: data },
    steps: {
      tags: { route: 'POST /contacts/:id/tags', short: byId },
      companies: { route: 'POST /contacts/:id/companies', short: byId },
      notes: { route: 'POST /contacts/:id/notes' },
      subscriptions: { route: 'POST /contacts/:id/subscriptions' },
    },
  },
  segments: {
    ...{ name: 'segment', create: 'POST /extensions/segments', update: 'PUT /extensions/segments/:id', keys: ['name'] },
    ...{ list: { route: 'GET /extensions/segments', member: data } },
  },
  audiences: {
    ...{ name: 'audience', create: 'POST /audiences', update: 'PUT /audiences/:id', keys: ['name'] },
    list: { route: 'GET /audiences?per_page=150', member: data },
  },
  collections: {
    ...{ name: 'collection', create: 'POST /help_center/collections', update: 'PUT /help_center/collections/:id' },
    ...{ keys: ['name'], list: { route: 'GET /help_center/collections?per_page=150', member: data } },
  },
  folders: {
    ...{ name: 'folder', create: 'POST /folders', update: 'PUT /folders/:id', keys: ['name'], wrapped_in: 'folder' },
    list: { route: 'GET /folders?per_page=150', member: data },
  },
  articles: {
    ...{ name: 'article', create: 'POST /articles', update: 'PUT /articles/:id', keys: ['title'] },
    ...{ list: { route: 'GET /articles?per_page=150', member: data }, steps: { tags: tagsOf('/articles') } },
  },
  internal_articles: {
    ...{ name: 'internal_article', create: 'POST /internal_articles', update: 'PUT /internal_articles/:id' },
    ...{ keys: ['title'], list: { route: 'GET /internal_articles?per_page=150', member: data } },
    steps: { tags: tagsOf('/internal_articles') },
  },
  macros: {
    ...{ name: 'macro', create: 'POST /extensions/macros', update: 'PUT /extensions/macros/:id', keys: ['name'] },
    list: { route: 'GET /macros?per_page=150', member: data },
  },
  whatsapp_templates: {
    ...{ name: 'whatsapp_template', create: 'POST /extensions/whatsapp_templates', keys: ['name'] },
    ...{ update: 'POST /extensions/whatsapp_templates', same: ['name', 'language'] },
    list: { route: 'GET /extensions/whatsapp_templates', member: data },
  },
  ticket_types: {
    ...{ name: 'ticket_type', create: 'POST /ticket_types', update: 'PUT /ticket_types/:id', keys: ['name'] },
    ...{ list: { route: 'GET /ticket_types', member: data } },
    steps: { attributes: { route: 'POST /ticket_types/:id/attributes' } },
  },
  ticket_states: {
    ...{ name: 'ticket_state', create: 'POST /extensions/ticket_states', update: 'PUT /extensions/ticket_states/:id' },
    ...{ keys: ['internal_label'], list: { route: 'GET /ticket_states', member: data } },
  },
  conversations: {
    ...{ name: 'conversation', create: 'POST /conversations', id: 'conversation_id' },
    steps: {
      contacts: { route: 'POST /conversations/:id/customers' },
      parts: { route: partRoute },
      tags: tagsOf('/conversations'),
      update: { route: 'PUT /conversations/:id' },
    },
  },
  messages: { ...{ name: 'message', create: 'POST /messages' } },
  tickets: {
    ...{ name: 'ticket', create: 'POST /tickets' },
    steps: {
      replies: { route: 'POST /tickets/:id/reply' },
      tags: tagsOf('/tickets'),
      update: { route: 'PUT /tickets/:id' },
    },
  },
  // Last, so that no workflow starts for a conversation of the same file.
  data_connectors: {
    ...{
      name: 'data_connector',
      create: 'POST /data_connectors',
      update: 'PATCH /data_connectors/:id',
      keys: ['name'],
    },
    list: { route: 'GET /data_connectors', member: data },
    steps: { update: { route: 'PATCH /data_connectors/:id' } },
  },
  workflows: {
    ...{ name: 'workflow', create: 'POST /extensions/workflows', update: 'PUT /extensions/workflows/:id' },
    ...{ keys: ['title'], list: { route: 'GET /extensions/workflows', member: data } },
  },
  procedures: {
    ...{ name: 'procedure', create: 'POST /extensions/procedures', update: 'PUT /extensions/procedures/:id' },
    ...{ keys: ['name'], list: { route: 'GET /extensions/procedures', member: data } },
  },
  custom_channels: {
    ...{ name: 'custom_channel', create: 'POST /extensions/custom_channels', keys: ['name'] },
    ...{ update: 'PUT /extensions/custom_channels/:id', defaults: { callback_url: null } },
    list: { route: 'GET /extensions/custom_channels', member: data },
  },
}

export const NOUN_BY_NAME = new Map(Object.values(NOUNS).map((noun) => [noun.name, noun]))
