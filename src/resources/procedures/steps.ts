// The steps of procedures: as requests write them, and as they are stored, where attributes and options have ids.
import { randomUUID } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { named } from '#http/types.ts'

const Name = Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$', examples: ['order_number'] })
const Text = Type.String({
  minLength: 1,
  maxLength: 5_000,
  description: '`{{name}}` is replaced by the value of an attribute.',
})
const DataType = Type.Enum(['string', 'integer', 'decimal', 'boolean', 'list'])
export type DataType = Static<typeof DataType>

const CollectedAttribute = named(
  'procedure_attribute_request',
  Type.Object({
    name: Name,
    label: Type.Optional(Type.String({ maxLength: 255 })),
    data_type: DataType,
    options: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { minItems: 1, maxItems: 50 })),
  }),
)

const Say = Type.Object({ type: Type.Literal('say'), text: Text })
const Ask = Type.Object({ type: Type.Literal('ask'), text: Text, name: Name, data_type: DataType })
const Connector = Type.Object({
  type: Type.Literal('connector'),
  connector_id: Type.String({ maxLength: 255 }),
  inputs: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 5_000 }), { description: 'Texts with placeholders.' }),
  ),
  save_as: Type.Optional(Name),
})
const Human = Type.Object({
  type: Type.Literal('human'),
  question: Text,
  attributes: Type.Array(CollectedAttribute, { minItems: 1, maxItems: 10 }),
  expires_after_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_592_000 })),
  is_priority: Type.Optional(Type.Boolean()),
})

export const StepRequest = named('procedure_step_request', Type.Union([Say, Ask, Connector, Human]))
export type StepRequest = Static<typeof StepRequest>

export type Collected = {
  /** As `attributes_to_collect` names it. */
  identifier: string
  name: string
  label: string
  data_type: DataType
  options?: { id: string; label: string }[]
}

export type Step =
  | Static<typeof Say>
  | Static<typeof Ask>
  | Static<typeof Connector>
  | (Omit<Static<typeof Human>, 'attributes'> & { attributes: Collected[] })

/** Returns the step as it is stored. */
export const storedStep = (step: StepRequest): Step =>
  step.type === 'human' ? { ...step, attributes: step.attributes.map(storedAttribute) } : step

const storedAttribute = ({ name, label = name, data_type, options }: Static<typeof CollectedAttribute>): Collected => ({
  ...{ identifier: `workflow_local_variables.${randomUUID()}`, name, label, data_type },
  ...(data_type === 'list' && { options: (options ?? []).map((option) => ({ id: randomUUID(), label: option })) }),
})

const PLACEHOLDER = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\s*\}\}/g

/** Fills the placeholders: `{{order.state}}` is a value within a value. A value that is not there is empty. */
export const filled = (text: string, variables: Record<string, unknown>): string =>
  text.replace(PLACEHOLDER, (_, path: string) => {
    const value = path
      .split('.')
      .reduce<unknown>((part, key) => (isRecord(part) && Object.hasOwn(part, key) ? part[key] : undefined), variables)
    return value === undefined || value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  })

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const YES = /^\W*(?:yes|y|yep|sure|ok(?:ay)?|true|oui|vrai)\W*$/i
const NO = /^\W*(?:no|n|nope|false|non|faux)\W*$/i
const LONGEST_VALUE = 5_000

/** Reads what a user wrote as a value; undefined if it is none of the type. */
export function readText(data_type: DataType, text: string): string | number | boolean | undefined {
  const trimmed = text.trim().slice(0, LONGEST_VALUE)
  if (data_type === 'boolean') return YES.test(trimmed) ? true : NO.test(trimmed) ? false : undefined
  if (data_type === 'string' || data_type === 'list') return trimmed || undefined
  const number = Number(trimmed.replace(',', '.'))
  if (!trimmed || !Number.isFinite(number)) return undefined
  return data_type === 'integer' && !Number.isSafeInteger(number) ? undefined : number
}

/** Returns why the value does not fit the attribute; undefined if it does. */
export function problemWith({ name, data_type, options = [] }: Collected, value: unknown): string | undefined {
  const fits: Record<DataType, boolean> = {
    string: typeof value === 'string' && value.length <= LONGEST_VALUE,
    integer: Number.isSafeInteger(value),
    decimal: Number.isFinite(value),
    boolean: typeof value === 'boolean',
    list: options.some(({ id }) => id === value),
  }
  return fits[data_type]
    ? undefined
    : `${name} must be ${data_type === 'list' ? 'the id of an option' : `of type ${data_type}`}`
}
