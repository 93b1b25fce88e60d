// The SQL of where the assistant answers by itself.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `channels` are those of deliveries: inapp, email, … Without audiences, all contacts are answered. */
export type AssistantSettings = { is_enabled: boolean; channels: string[]; audience_ids: number[] }

const DEFAULTS: AssistantSettings = { is_enabled: false, channels: ['inapp', 'email'], audience_ids: [] }

export const findSettings = async ({ sql, id }: Workspace): Promise<AssistantSettings> =>
  (await one(sql<AssistantSettings[]>`
    select is_enabled, channels, audience_ids::float8[] as audience_ids from assistant_settings where workspace_id = ${id}`)) ??
  DEFAULTS

export const saveSettings = ({ sql, id }: Workspace, { is_enabled, channels, audience_ids }: AssistantSettings) => sql`
  insert into assistant_settings (workspace_id, is_enabled, channels, audience_ids)
  values (${id}, ${is_enabled}, ${channels}, ${audience_ids}::bigint[])
  on conflict (workspace_id) do update set is_enabled = excluded.is_enabled, channels = excluded.channels,
    audience_ids = excluded.audience_ids`

/** Takes a deleted audience out of the settings. If it was the only one, the assistant is switched off: it is not for everybody. */
export const forgetAudience = ({ sql, id }: Workspace, audience_id: string) => sql`
  update assistant_settings set audience_ids = array_remove(audience_ids, ${audience_id}::bigint),
    is_enabled = is_enabled and cardinality(array_remove(audience_ids, ${audience_id}::bigint)) > 0
  where workspace_id = ${id} and ${audience_id}::bigint = any(audience_ids)`
