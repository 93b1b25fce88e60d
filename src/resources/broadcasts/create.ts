// POST /extensions/broadcasts: checks a broadcast and stores it; it runs in the background.

import { broadcastSignal } from '#delivery/signals.ts'
import { found, invalid } from '#http/errors.ts'
import { renderTemplate } from '#resources/messages/template.ts'
import { messageEvents } from '#resources/messages/topics.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { readAudience } from './audience.ts'
import { numberParameters } from './parameters.ts'
import { type BroadcastRow, findBroadcast, insertBroadcast } from './queries.ts'
import type { BroadcastRequest } from './schema.ts'

/** Channels with broadcasts. Their addresses are in expansion/queries.ts. */
const CHANNELS: Record<string, 'whatsapp'> = { whatsapp: 'whatsapp' }

/** Characters of JSON in components or in a query: both are returned in lists. */
const MAX_JSON_LENGTH = 50_000

export async function createBroadcast(workspace: Workspace, request: BroadcastRequest): Promise<BroadcastRow> {
  const { name = null, template, components = [], from } = request
  const channel = CHANNELS[request.message_type]
  if (!channel) throw invalid(`message_type must be one of ${Object.keys(CHANNELS).join(', ')}`)
  if (JSON.stringify(components).length > MAX_JSON_LENGTH) throw invalid('components is too large')
  if (JSON.stringify(request.audience.query ?? null).length > MAX_JSON_LENGTH)
    throw invalid('audience.query is too large')
  const locale = request.locale ?? 'en'
  const message = await numberParameters(workspace, components)
  const audience = await readAudience(workspace, request.audience)
  const body = await renderTemplate(workspace, { template, locale, components: message.components })
  const made = await insertBroadcast(workspace, {
    ...{ name, channel, template, locale, components, audience },
    admin_id: from?.id ?? workspace.admin_id,
    parameters: message.parameters,
    message: { components: message.components, body },
  })
  const { id } = found(made, 'Admin not found', 'admin_not_found')
  await messageEvents.emit(workspace, { topic: 'message.accepted', object_id: id, snapshot: () => undefined })
  workspace.afterCommit(broadcastSignal.notify)
  return found(await findBroadcast(workspace, id))
}
