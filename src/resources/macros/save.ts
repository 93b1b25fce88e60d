// Creates and changes macros.
import { found, invalid } from '#http/errors.ts'
import { toHtmlAndText } from '#lib/html.ts'
import { listTeams } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertMacro, lockMacro, type MacroRow, type NewMacro, updateMacro } from './queries.ts'
import type { MacroRequest, NewMacroRequest } from './schema.ts'

const DEFAULTS: Omit<NewMacro, 'name'> = {
  ...{ body: null, body_text: null, visible_to: 'everyone', visible_to_team_ids: [] },
  available_on: ['inbox', 'messenger'],
}

export const createMacro = async (workspace: Workspace, request: NewMacroRequest): Promise<MacroRow> =>
  insertMacro(workspace, await changed(workspace, { ...DEFAULTS, name: request.name }, request))

/** Fields that are not given stay as they are. */
export async function changeMacro(workspace: Workspace, id: string, request: MacroRequest): Promise<MacroRow> {
  const macro = found(await lockMacro(workspace, id), 'Macro not found')
  return updateMacro(workspace, macro.id, await changed(workspace, macro, request))
}

async function changed(workspace: Workspace, macro: NewMacro, request: MacroRequest): Promise<NewMacro> {
  const { name = macro.name, available_on = macro.available_on, visible_to = macro.visible_to } = request
  return {
    name: name.trim(),
    ...bodyOf(macro, request),
    visible_to,
    visible_to_team_ids: await teamsOf(workspace, { ...macro, ...request, visible_to }, request),
    available_on: [...new Set(available_on)],
  }
}

function bodyOf({ body, body_text }: NewMacro, request: MacroRequest): Pick<NewMacro, 'body' | 'body_text'> {
  if (request.body === undefined) return { body, body_text }
  if (request.body === null) return { body: null, body_text: null }
  const { html, text } = toHtmlAndText(request.body)
  if (!html) throw invalid('body has nothing that can be shown')
  return { body: html, body_text: text }
}

type Visibility = Pick<NewMacro, 'visible_to' | 'visible_to_team_ids'>

/** A macro that becomes visible to everyone forgets its teams. */
async function teamsOf(workspace: Workspace, { visible_to, visible_to_team_ids }: Visibility, request: MacroRequest) {
  if (visible_to === 'everyone') {
    if (request.visible_to_team_ids?.length)
      throw invalid('visible_to_team_ids must be empty if visible_to is everyone')
    return []
  }
  if (!visible_to_team_ids.length) throw invalid('visible_to_team_ids is required if visible_to is specific_teams')
  const known = new Set((await listTeams(workspace)).map(({ id }) => id))
  const unknown = visible_to_team_ids.find((id) => !known.has(id))
  if (unknown !== undefined) throw invalid(`visible_to_team_ids names ${unknown}, which is not a team`)
  return [...new Set(visible_to_team_ids)]
}
