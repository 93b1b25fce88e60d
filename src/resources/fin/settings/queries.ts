// The SQL of a workspace's settings for Fin.

import { one } from '#db/sql.ts'
import { forbidden, invalid } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type FinSettings = { is_enabled: boolean; asks_for_rating: boolean; has_human_input: boolean }

const DEFAULTS: FinSettings = { is_enabled: true, asks_for_rating: true, has_human_input: true }

export const findFinSettings = async ({ sql, id }: Workspace): Promise<FinSettings> =>
  (await one(sql<FinSettings[]>`
    select is_enabled, asks_for_rating, has_human_input from fin_settings where workspace_id = ${id}`)) ?? DEFAULTS

/** Locks the settings of the workspace until the transaction ends. */
export async function saveFinSettings(workspace: Workspace, changes: Partial<FinSettings>): Promise<FinSettings> {
  const { sql, id } = workspace
  await sql`insert into fin_settings (workspace_id) values (${id}) on conflict do nothing`
  const present = await findFinSettings(workspace)
  const { is_enabled, asks_for_rating, has_human_input } = { ...present, ...changes }
  const settings = { is_enabled, asks_for_rating, has_human_input }
  await sql`update fin_settings set ${sql(settings)} where workspace_id = ${id}`
  return settings
}

/** @throws a 403 if no person may answer steps of procedures. */
export async function assertHumanInput(workspace: Workspace): Promise<void> {
  if (!(await findFinSettings(workspace)).has_human_input)
    throw forbidden('Procedures HITL API is not enabled for your app.')
}

/** @throws a 400 if Fin is switched off. */
export async function requireProfile(workspace: Workspace): Promise<void> {
  if (!(await findFinSettings(workspace)).is_enabled)
    throw invalid('No Fin profile is configured to handle this conversation. Configure a Fin profile and retry.')
}
