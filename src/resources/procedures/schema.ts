// What requests say of procedures, and what they are shown as.
import { type Static, Type } from 'typebox'
import { epoch, Id, named, Some } from '#http/types.ts'
import type { ProcedureRow } from './queries.ts'
import { StepRequest } from './steps.ts'

const Fields = {
  name: Type.String({ minLength: 1, maxLength: 255 }),
  description: Type.String({ maxLength: 2_000, description: 'What capabilities say of it.' }),
  state: Type.Enum(['draft', 'live']),
  has_api_trigger: Type.Boolean({ description: 'Whether POST /fin/procedures/{id}/run starts it.' }),
  audience_ids: Type.Array(Type.Integer(), {
    maxItems: 50,
    description: 'Whom capabilities list it for. None: everybody.',
  }),
  steps: Type.Array(StepRequest, { minItems: 1, maxItems: 50 }),
}
export const ProcedureRequest = named('procedure_request', Some(Fields))
export type ProcedureRequest = Static<typeof ProcedureRequest>

export const NewProcedureRequest = named(
  'new_procedure_request',
  Type.Object({ ...Some(Fields).properties, name: Fields.name, steps: Fields.steps }),
)
export type NewProcedureRequest = Static<typeof NewProcedureRequest>

export const Procedure = named(
  'procedure',
  Type.Object({
    ...{ type: Type.Literal('procedure'), id: Type.String(), name: Type.String(), description: Type.String() },
    ...{ state: Fields.state, has_api_trigger: Type.Boolean(), audience_ids: Type.Array(Type.Integer()) },
    steps: Type.Array(Type.Record(Type.String(), Type.Unknown()), {
      description: 'As they were written; attributes of a person have the identifiers of `attributes_to_collect`.',
    }),
    ...{ created_at: Type.Integer(), updated_at: Type.Integer() },
  }),
)
export const ProcedureList = named(
  'procedure_list',
  Type.Object({ type: Type.Literal('list'), data: Type.Array(Procedure) }),
)

export const presentProcedure = (row: ProcedureRow): Static<typeof Procedure> => ({
  ...{ type: 'procedure', id: row.id, name: row.name, description: row.description },
  ...{ state: row.state, has_api_trigger: row.has_api_trigger, audience_ids: row.audience_ids.map(Number) },
  steps: row.steps,
  ...{ created_at: epoch(row.created_at), updated_at: epoch(row.updated_at) },
})

export const CollectRequest = named(
  'collect_agent_input_request',
  Type.Object({
    step_id: Id,
    attribute_values: Type.Array(Type.Object({ identifier: Type.String({ maxLength: 255 }), value: Type.Unknown() }), {
      maxItems: 50,
    }),
  }),
)
export type CollectRequest = Static<typeof CollectRequest>
export const Collecting = Type.Object({})
