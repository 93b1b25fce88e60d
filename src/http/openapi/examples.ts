// Examples for the API reference: the schema's own `examples`, or a value that suits the name of the property.

type Schema = {
  examples?: unknown[]
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  type?: string
  properties?: Record<string, Schema>
  items?: Schema
  minimum?: number
}

/** Returns a value that fits the schema. `key` is the name of its property. */
export function exampleOf(schema: Schema, key = '', siblings: Record<string, Schema> = {}): unknown {
  if (schema.examples) return schema.examples[0]
  if ('const' in schema) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) return exampleOf(schema.anyOf.find(({ type }) => type !== 'null') ?? {}, key, siblings)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, property]) => [
          key,
          exampleOf(property, key, schema.properties),
        ]),
      )
    case 'array':
      return schema.items && !('not' in schema.items) ? [exampleOf(schema.items, key.replace(/s$/, ''))] : []
    case 'integer':
    case 'number':
      return NUMBERS.find(([name]) => name.test(key))?.[1] ?? Math.max(schema.minimum ?? 0, 1)
    case 'boolean':
      return false
    case 'string':
      return key === 'id' ? idOf(siblings['type']) : (TEXTS.find(([name]) => name.test(key))?.[1] ?? 'text')
    case 'null':
      return null
    default:
      return {}
  }
}

const NUMBERS: [name: RegExp, value: number][] = [
  [/(_at|_since|_until|^at|^now|_now)$/, 1_767_225_600],
  [/^filesize$/, 24_576],
  [/^(width|height)$/, 640],
  [/assignee_id$/, 25],
]

const CONTACT_ID = '6957b90074726f6c6c20a1b2'

const TEXTS: [name: RegExp, value: string][] = [
  [/^(contact_id|user_id|source_contact_id)$/, CONTACT_ID],
  [/^(external_id|visitor_id|anonymous_id)$/, 'customer-42'],
  [/^(workspace_id|app_id|id_code)$/, 'k3x9q2ab'],
  [/whatsapp_message_id$/, 'wamid.HBgLMzUzODcxMjM0NTY3FQIAERgS'],
  [/(^id|_id|_ids?|_uuid|^uuid)$/, '147'],
  [/email_domain$/, 'example.com'],
  [/(^email|email_address|^address|^to|^from)$/, 'ada@example.com'],
  [/phone$/, '+353871234567'],
  [/full_name$/, 'custom_attributes.plan'],
  [/^(team_name)$/, 'Support'],
  [/^time_zone_name$/, 'Europe/Dublin'],
  [/name$/, 'Ada Lovelace'],
  [/^image_url$/, 'https://example.com/ada.png'],
  [/url$/, 'https://example.com/'],
  [/^body$/, '<p>Hello</p>'],
  [/^(subject|title|label)$/, 'Hello'],
  [/content_type$/, 'image/png'],
  [/timezone$/, 'Europe/Dublin'],
  [/region$/, 'EU'],
  [/^country$/, 'Ireland'],
  [/^city$/, 'Dublin'],
  [/country_code$/, 'IRL'],
  [/continent_code$/, 'EU'],
  [/(language|locale|language_override)$/, 'en'],
  [/^template/, 'order_shipped'],
  [/message$/, 'Resource Not Found'],
  [/^(token|secret)$/, 'a-long-random-text'],
]

const IDS: Record<string, string> = {
  contact: CONTACT_ID,
  admin: '25',
  tag: '17',
  workspace: 'k3x9q2ab',
  user: CONTACT_ID,
}

const idOf = (type: Schema | undefined): string => IDS[String(type?.const ?? type?.enum?.[0])] ?? '147'
