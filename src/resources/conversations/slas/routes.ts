// PUT /extensions/conversations/{id}/sla: applies an SLA to a conversation, as a workflow of Intercom's does.
import { Type } from 'typebox'
import { found, unprocessable } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, Id, Nullable, named } from '#http/types.ts'
import { theSla } from '#resources/slas/queries.ts'
import type { Resource, Server } from '#server.ts'
import { displayOf } from '../display.ts'
import { lockConversation } from '../queries.ts'
import { Conversation } from '../schema.ts'
import { showWithNewParts } from '../show.ts'
import { applySla, removeSla } from './apply.ts'
import { slaJob } from './pass-time.ts'

const ApplyRequest = named(
  'apply_sla_request',
  Type.Object({ sla_id: Nullable({ ...Id, description: 'Null removes the SLA that is applied.' } as typeof Id) }),
)

function routes(app: App, server: Server) {
  app.put(
    '/extensions/conversations/:id/sla',
    op('applySla', {
      summary: 'Apply an SLA to a conversation, or remove it',
      refuses: [422],
      scope: 'write_conversations',
      params: ById,
      body: ApplyRequest,
      response: Conversation,
    }),
    async ({ workspace, params, body: { sla_id } }) => {
      const conversation = found(await lockConversation(workspace, params.id))
      const { part_id } = sla_id
        ? await applySla(workspace, conversation, await theSla(workspace, sla_id), 'workflow')
        : await removeSla(workspace, conversation, appliedTo(conversation.sla))
      return showWithNewParts(workspace, conversation.id, [part_id], displayOf(workspace, server))
    },
  )
}

function appliedTo<Sla extends { removed: boolean }>(sla: Sla | null): Sla {
  if (!sla || sla.removed) throw unprocessable('parameter_invalid', 'No SLA is applied to the conversation')
  return sla
}

export default { group: 'Extensions: SLAs', routes, jobs: [slaJob] } satisfies Resource
