// How workflows, data connectors, procedures and custom channels are written into a seed file.
import { type Export, type Exporting, pick } from './export-body.ts'
import type { Body } from './nouns.ts'

/** Steps with references to what they name. What the file has not keeps its id. */
function withReferences(value: unknown, exporting: Exporting): unknown {
  if (Array.isArray(value)) return value.map((one) => withReferences(one, exporting))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'tag_id') return [name, exporting.ref('tag', member) ?? member]
      if (name === 'connector_id') return [name, exporting.ref('data_connector', member) ?? member]
      if (name === 'assignee' && member)
        return [name, { ...member, id: exporting.ref(member.type, member.id) ?? member.id }]
      return [name, withReferences(member, exporting)]
    }),
  )
}

/** Returns an answer that has the fields: `items[].id` is the id of the only item. */
function mockOf(fields: readonly { path: string; example_value: unknown }[]): Body {
  const mock: Body = {}
  for (const { path, example_value } of fields) {
    const keys = path.split('.')
    let holder = mock
    keys.forEach((key, at) => {
      const [, name = '', lists = ''] = /^(.*?)((?:\[\])*)$/s.exec(key) ?? []
      const is_last = at === keys.length - 1
      const inner = lists ? lastItem(holder[name]) : holder[name]
      const value = is_last ? example_value : (inner ?? {})
      if (is_last || inner === undefined) holder[name] = inLists(value, lists.length / 2)
      holder = value
    })
  }
  return mock
}

const inLists = (value: unknown, levels: number): unknown => (levels ? [inLists(value, levels - 1)] : value)

const lastItem = (value: unknown): unknown => (Array.isArray(value) ? lastItem(value.at(-1)) : value)

/** The options of a list are written by their labels: their ids are the server's. */
const asCollected = ({ name, label, data_type, options }: Body): Body => ({
  ...{ name, label, data_type },
  ...(options && { options: options.map((option: Body) => option['label']) }),
})

export const AUTOMATION_EXPORTS: Readonly<Record<string, Export>> = {
  data_connectors: {
    async body({ id }, { show }) {
      const connector = await show(`GET /data_connectors/${id}`)
      return {
        ...pick(connector, 'name', 'description', 'http_method', 'url', 'body', 'direct_fin_usage', 'audiences'),
        ...pick(connector, 'data_inputs', 'customer_authentication', 'bypass_authentication'),
        ...pick(connector, 'validate_missing_attributes'),
        ...(connector['configuration_response_type'] === 'mock_response_type' && {
          mock_response: mockOf(connector['response_fields']),
        }),
        ...(connector['state'] === 'live' && { update: { state: 'live' } }),
      }
    },
  },
  workflows: {
    body: (workflow, exporting) => ({
      ...pick(workflow, 'title', 'description', 'state', 'trigger', 'conditions'),
      steps: withReferences(workflow['steps'], exporting),
    }),
  },
  procedures: {
    body: (procedure, exporting) => ({
      ...pick(procedure, 'name', 'description', 'state', 'has_api_trigger'),
      steps: procedure['steps'].map((step: Body) => ({
        ...(withReferences(step, exporting) as Body),
        ...(step['attributes'] && { attributes: step['attributes'].map(asCollected) }),
      })),
    }),
  },
  custom_channels: {
    body: (channel, { ref }) => ({
      ...pick(channel, 'name', 'callback_url'),
      workflow_id: ref('workflow', channel['workflow_id']),
    }),
  },
}
