// Checks the values that a request gives to a ticket, and shows those that it has. They are stored by the ids of attributes.
import { invalid } from '#http/errors.ts'
import { MAX_FILES } from '#resources/attachments/attribute-files.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { readValue } from '#resources/conversation-attributes/read-value.ts'
import { shown } from '#search/values.ts'
import type { TicketTypeRow } from '../queries.ts'
import type { AttributeRow } from './queries.ts'

/** By the ids of attributes; null clears a value. */
export type Values = Record<string, unknown>

type Giver = { by: 'admin' | 'contact'; is_create: boolean }

/**
 * Returns the given values by the ids of attributes: of a list the id of the item, of files what the request gave, still to
 * be attached (`attachingFiles` of `attachments/attribute-files.ts`).
 * @param given by the names of attributes
 * @throws a 400 that names the first wrong attribute
 */
export function readValues(type: TicketTypeRow, given: Record<string, unknown>, { by, is_create }: Giver): Values {
  const taken = type.attributes.filter((attribute) => by === 'admin' || attribute.visible_to_contacts)
  const live = new Map(taken.filter(({ archived }) => !archived).map((one) => [one.name, one]))
  assertKnown(taken, live, given)
  if (is_create) assertRequired(by, live, given)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const attribute = live.get(name) as AttributeRow
      return [attribute.id, value === null ? null : readOne(attribute, value)]
    }),
  )
}

function assertKnown(
  taken: readonly AttributeRow[],
  live: ReadonlyMap<string, AttributeRow>,
  given: Record<string, unknown>,
): void {
  const unknown = Object.keys(given).filter((name) => !live.has(name))
  const names = new Set(taken.map(({ name }) => name))
  const archived = unknown.find((name) => names.has(name))
  if (archived !== undefined) throw invalid(`Ticket attribute '${archived}' is archived`)
  if (unknown.length)
    throw invalid(
      `Extra attributes provided that are not found on ticket type: ${unknown.slice(0, SHOWN_NAMES).map(shown).join(', ')}`,
    )
}

const SHOWN_NAMES = 10

function assertRequired(
  by: Giver['by'],
  live: ReadonlyMap<string, AttributeRow>,
  given: Record<string, unknown>,
): void {
  const required = by === 'admin' ? 'required_to_create' : 'required_to_create_for_contacts'
  const lacking = [...live.values()].some((attribute) => attribute[required] && !hasValue(given, attribute.name))
  if (lacking) throw invalid('Missing required ticket attributes')
}

function hasValue(given: Record<string, unknown>, name: string): boolean {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  return value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '')
}

function readOne({ name, data_type, multiline, options, allow_multiple_values }: AttributeRow, value: unknown) {
  const rules = {
    shown_name: `Ticket attribute '${name}'`,
    ...{ data_type, multiline, max_files: allow_multiple_values ? MAX_FILES : 1 },
    options: (options ?? []).map(({ name: label, ...option }) => ({ label, ...option })),
  }
  return readValue(rules, value)
}

/**
 * Returns a ticket's values by the names of attributes; null where it has none. An archived attribute is shown if the ticket
 * has a value, and no live one has its name.
 * @param values by the ids of attributes, with files as `currentValues` of `fragments.ts` returns them
 */
export function showValues(
  { attributes }: TicketTypeRow,
  values: Values,
  presentFiles: (attachments: Attachment[]) => unknown[],
): Record<string, unknown> {
  const live = new Set(attributes.filter(({ archived }) => !archived).map(({ name }) => name))
  return Object.fromEntries(
    attributes.flatMap(({ id, name, data_type, archived }) => {
      const value = values[id] ?? null
      if (archived && (value === null || live.has(name))) return []
      return [[name, data_type === 'files' && value ? presentFiles(value as Attachment[]) : value]]
    }),
  )
}

/** Returns the item of a list that a ticket has, also an archived one. */
export const itemOf = ({ options }: AttributeRow, value: unknown) => options?.find(({ id }) => id === value)
