// Writes an event of a call.
import type { Workspace } from '#workspaces/workspace.ts'
import type { CallRow } from './queries.ts'
import { presentCall } from './schema.ts'
import { type CallTopic, callEvents } from './topics.ts'

export const emitCall = (workspace: Workspace, topic: CallTopic, call: CallRow, public_url: string) =>
  callEvents.emit(workspace, { topic, object_id: call.id, snapshot: () => presentCall(call, public_url) })
