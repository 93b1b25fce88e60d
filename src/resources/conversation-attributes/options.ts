// The options of a list attribute: added, renamed and archived. Each change locks the attribute.
import { notFound } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AttributeRow, type Option, saveAttribute } from './queries.ts'
import { isTaken, MAX_OPTIONS, noListAttribute, readLabel, tooFewOptions, tooManyOptions } from './read.ts'
import { newOption, theLockedAttribute } from './save.ts'

type Change = (options: Option[]) => Option[]

export const addOption = (workspace: Workspace, id: string, request: unknown): Promise<AttributeRow> =>
  changeOptions(workspace, id, (options) => {
    const label = readLabel(request)
    assertFree(options, label)
    if (options.length >= MAX_OPTIONS) throw tooManyOptions()
    return [...options, newOption(label)]
  })

/** Conversations show the new label at once, because they store the id. */
export const renameOption = (workspace: Workspace, id: string, option_id: string, request: unknown) =>
  changeOptions(workspace, id, (options) => {
    const option = theOption(options, option_id)
    const label = readLabel(request)
    if (!option.archived)
      assertFree(
        options.filter((other) => other !== option),
        label,
      )
    return replaced(options, option, { ...option, label })
  })

export const archiveOption = (workspace: Workspace, id: string, option_id: string) =>
  changeOptions(workspace, id, (options) => {
    const option = theOption(options, option_id)
    if (option.archived) return options
    if (options.filter(({ archived }) => !archived).length <= 2) throw tooFewOptions()
    return replaced(options, option, { ...option, archived: true })
  })

async function changeOptions(workspace: Workspace, id: string, change: Change): Promise<AttributeRow> {
  const attribute = await theLockedAttribute(workspace, id)
  if (!attribute.options) throw noListAttribute()
  const options = change(attribute.options)
  return options === attribute.options ? attribute : saveAttribute(workspace, id, { ...attribute, options })
}

function theOption(options: readonly Option[], id: string): Option {
  const option = options.find((one) => one.id === id)
  if (!option) throw notFound('List option not found', 'conversation_attribute_not_found')
  return option
}

/** An archived option leaves its label to others. */
function assertFree(options: readonly Option[], label: string): void {
  if (options.some((option) => !option.archived && option.label === label)) throw isTaken(label)
}

const replaced = (options: readonly Option[], before: Option, after: Option): Option[] =>
  options.map((option) => (option === before ? after : option))
