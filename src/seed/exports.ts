// How each noun is written into a seed file: the body, and the steps, that make the same again.
import { AUTOMATION_EXPORTS } from './export-automation.ts'
import { contentTags, type Export, type Exporting, pick, plain, refs } from './export-body.ts'
import { THREAD_EXPORTS } from './export-threads.ts'
import type { Body } from './nouns.ts'

const AVAILABILITY = ['ai_chatbot_availability', 'ai_copilot_availability', 'ai_sales_agent_availability']

async function notesOf(exporting: Exporting, path: string): Promise<Body[]> {
  const notes = await exporting.all(`GET ${path}/notes?per_page=150`)
  return notes.reverse().map(({ body, author }) => ({ body, admin_id: exporting.ref('admin', author?.id) }))
}

const TICKET_DEFAULTS = new Set(['Submitted', 'In progress', 'Waiting on customer', 'Resolved'])

/** Returns the body of a macro with its placeholders as they were written. */
function asWritten({ body, body_text }: Body): string | null {
  const placeholders: string[] = body_text?.match(/\{\{[^}]*\}\}/g) ?? []
  return body?.replace(/<attribute [^>]*\/>/g, () => placeholders.shift() ?? '') ?? null
}

export const EXPORTS: Readonly<Record<string, Export>> = {
  admins: {
    body: (admin) => ({
      ...pick(admin, 'name', 'email', 'job_title', 'has_inbox_seat'),
      ...(admin['away_mode_enabled'] && { away: pick(admin, 'away_mode_enabled', 'away_mode_reassign') }),
    }),
  },
  teams: {
    body: (team, exporting) => ({
      ...pick(team, 'name', 'distribution_method', 'assignment_limit'),
      admin_ids: refs(exporting, 'admin', team['admin_ids']),
    }),
  },
  office_hours_schedules: { body: (schedule) => pick(schedule, 'name', 'time_zone_name', 'time_intervals') },
  tags: { body: (tag) => pick(tag, 'name') },
  data_attributes: {
    only: ({ custom, archived }) => custom && !archived,
    body: (attribute) => ({
      ...pick(attribute, 'name', 'model', 'description', 'messenger_writable'),
      ...(attribute['options']?.length
        ? { data_type: 'options', options: attribute['options'].map((value: string) => ({ value })) }
        : pick(attribute, 'data_type')),
    }),
  },
  custom_object_types: { body: (type) => pick(type, 'identifier', 'name', 'attributes', 'relations') },
  companies: {
    body: async (company, exporting) => ({
      ...pick(company, 'company_id', 'name', 'size', 'website', 'industry', 'monthly_spend', 'remote_created_at'),
      ...pick(company, 'custom_attributes'),
      plan: company['plan']?.name,
      notes: await notesOf(exporting, `/companies/${company['id']}`),
    }),
  },
  subscription_types: {
    list: ({ all }) => all('GET /subscription_types'),
    body: (type) => pick(type, 'consent_type', 'state', 'content_types', 'translations'),
  },
  contacts: {
    // The external ids of leads are the server's.
    list: async ({ all }) =>
      (await all('GET /contacts?per_page=150')).map((contact) => ({
        ...contact,
        ...(contact['role'] === 'lead' && { external_id: null }),
      })),
    async body(contact, exporting) {
      const path = `/contacts/${contact['id']}`
      const tags = contact['tags'].total_count ? await exporting.all(`GET ${path}/tags`) : []
      const companies = contact['companies'].total_count ? await exporting.all(`GET ${path}/companies`) : []
      const chosen = await exporting.all(`GET ${path}/subscriptions`)
      return {
        ...pick(contact, 'role', 'external_id', 'email', 'phone', 'name', 'signed_up_at', 'last_seen_at'),
        ...pick(contact, 'unsubscribed_from_emails', 'language_override'),
        custom_attributes: plain(contact['custom_attributes']),
        avatar: contact['avatar']?.image_url,
        owner_id: exporting.ref('admin', contact['owner_id']),
        tags: refs(
          exporting,
          'tag',
          tags.map(({ id }) => id),
        ),
        companies: refs(
          exporting,
          'company',
          companies.reverse().map(({ id }) => id),
        ),
        notes: contact['notes'].total_count ? await notesOf(exporting, path) : [],
        subscriptions: chosen.map(({ id, consent_type }) => ({
          id: exporting.ref('subscription_type', id),
          consent_type,
        })),
      }
    },
  },
  segments: {
    only: ({ is_built_in }) => !is_built_in,
    body: (segment) => pick(segment, 'name', 'person_type', 'query'),
  },
  audiences: { body: (audience) => pick(audience, 'name', 'predicates', 'role_predicates') },
  collections: {
    body: (collection, { ref }) => ({
      ...pick(collection, 'name', 'description'),
      parent_id: ref('collection', collection['parent_id']),
    }),
  },
  folders: {
    body: (folder, { ref }) => ({
      ...pick(folder, 'name', 'description', 'emoji'),
      parent_folder_id: ref('folder', folder['parent_folder_id']),
    }),
  },
  articles: {
    body: (article, exporting) => ({
      ...pick(article, 'title', 'description', 'body', 'state', ...AVAILABILITY),
      author_id: exporting.ref('admin', article['author_id']),
      parent_ids: refs(exporting, 'collection', article['parent_ids']),
      folder_id: exporting.ref('folder', article['folder_id']),
      tags: contentTags(article['tags'], exporting),
    }),
  },
  internal_articles: {
    body: (article, exporting) => ({
      ...pick(article, 'title', 'body', 'locale', ...AVAILABILITY),
      author_id: exporting.ref('admin', article['author_id']),
      owner_id: exporting.ref('admin', article['owner_id']),
      folder_id: exporting.ref('folder', article['folder_id']),
      tags: contentTags(article['tags'], exporting),
    }),
  },
  macros: {
    body: (macro, exporting) => ({
      ...pick(macro, 'name', 'visible_to', 'available_on'),
      body: asWritten(macro),
      visible_to_team_ids: refs(exporting, 'team', macro['visible_to_team_ids']),
    }),
  },
  whatsapp_templates: { body: (template) => pick(template, 'name', 'language', 'category', 'body') },
  ticket_types: {
    only: ({ archived }) => !archived,
    body: (type) => ({
      ...pick(type, 'name', 'description', 'category', 'icon', 'is_internal'),
      attributes: type['ticket_type_attributes'].data
        .filter((attribute: Body) => !attribute['default'] && !attribute['archived'])
        .map((attribute: Body) => ({
          ...pick(attribute, 'name', 'description', 'data_type', 'required_to_create', 'visible_on_create'),
          ...pick(attribute, 'required_to_create_for_contacts', 'visible_to_contacts'),
          ...(attribute['data_type'] === 'string' && pick(attribute['input_options'] ?? {}, 'multiline')),
          ...(attribute['data_type'] === 'list' && {
            list_items: attribute['input_options'].items.map(({ name }: Body) => name).join(','),
            allow_multiple_values: attribute['input_options'].allow_multiple_values,
          }),
        })),
    }),
  },
  ticket_states: {
    only: ({ archived, internal_label }) => !archived && !TICKET_DEFAULTS.has(internal_label),
    body: (state, exporting) => ({
      ...pick(state, 'category', 'internal_label', 'external_label'),
      ticket_type_ids: refs(
        exporting,
        'ticket_type',
        state['ticket_types'].data.map(({ id }: Body) => id),
      ),
    }),
  },
  custom_object_instances: {
    async list({ all }) {
      const types = await all('GET /extensions/custom_object_types')
      const lists = types.map(async ({ identifier }) => {
        const instances = await all(`GET /custom_object_instances/${identifier}?per_page=50`)
        return instances.map((instance) => ({ ...instance, type: identifier }))
      })
      return (await Promise.all(lists)).flat()
    },
    body: (instance) => ({
      ...pick(instance, 'type', 'external_id', 'external_created_at', 'external_updated_at'),
      custom_attributes: plain(instance['custom_attributes']),
    }),
  },
  ...THREAD_EXPORTS,
  ...AUTOMATION_EXPORTS,
}
