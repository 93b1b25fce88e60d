// A procedure whose run waits for a person, and requests of another workspace that must not reach it.
import { think } from '#resources/fin/think.ts'
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    procedure: string
    hitl_conversation: string
    hitl_step: string
    hitl_identifier: string
  }
}

const PATH = '/extensions/procedures'
const steps = [{ type: 'human', question: 'Is it so?', attributes: [{ name: 'is_so', data_type: 'boolean' }] }]

export default {
  needs: ['external_id', 'audience', 'data_connector'],
  provides: ['procedure', 'hitl_conversation', 'hitl_step', 'hitl_identifier'],
  async create({ post, workspace }, { external_id }) {
    const { sql, id: workspace_id } = workspace
    const { id } = await post(PATH, {
      name: `Procedure of ${workspace_id}`,
      state: 'live',
      has_api_trigger: true,
      steps,
    })
    const conversation_id = `run ${workspace_id}`
    await post(`/fin/procedures/${id}/run`, { conversation_id, user: { id: external_id } })
    await think({ sql, public_url: '' } as Parameters<typeof think>[0], { workspace_id, conversation_id })
    const [input] = await sql<[{ step_id: string; conversation_id: string; attributes: { identifier: string }[] }]>`
      select step_id, conversation_id, attributes from procedure_inputs where workspace_id = ${workspace_id}`
    return {
      ...{ procedure: id, hitl_conversation: input.conversation_id, hitl_step: input.step_id },
      hitl_identifier: input.attributes[0]!.identifier,
    }
  },
  attempts: {
    runFinProcedure: ({ procedure, external_id }) => [
      [`POST /fin/procedures/${procedure}/run`, { conversation_id: 'theirs', user: { id: external_id } }],
    ],
    getProcedure: ({ procedure }) => [[`GET ${PATH}/${procedure}`]],
    updateProcedure: (their, my) => [
      [`PUT ${PATH}/${their.procedure}`, { name: 'Taken' }],
      [`PUT ${PATH}/${my.procedure}`, { audience_ids: [Number(their.audience)] }],
      [`PUT ${PATH}/${my.procedure}`, { steps: [{ type: 'connector', connector_id: their.data_connector }] }],
    ],
    createProcedure: (their) => [
      [`POST ${PATH}`, { name: 'Taken', steps: [{ type: 'connector', connector_id: their.data_connector }] }],
    ],
  },
  removals: {
    deleteProcedure: ({ procedure }) => [[`DELETE ${PATH}/${procedure}`]],
    collectProcedureAgentInput: (their) => [
      [
        `POST /procedures/${their.hitl_conversation}/collect_agent_input`,
        { step_id: their.hitl_step, attribute_values: [{ identifier: their.hitl_identifier, value: true }] },
      ],
    ],
  },
  lists: { listProcedures: () => [[`GET ${PATH}`]] },
  ids: { procedures: ['procedure'], step_id: ['hitl_step'] },
} satisfies Fixture
