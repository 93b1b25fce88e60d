// The schema of a help center.
import { type Static, Type } from 'typebox'
import { LOCALES } from '#content/locales.ts'
import { epoch, ListOf, Nullable, named, Some } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { HelpCenterRow } from './queries.ts'
import { urlOfHelpCenter } from './urls.ts'

export const HelpCenter = named(
  'help_center',
  Type.Object({
    id: Type.String(),
    workspace_id: Type.String(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    identifier: Type.String(),
    website_turned_on: Type.Boolean(),
    display_name: Type.String(),
    url: Type.String(),
    custom_domain: Nullable(Type.String()),
    default: Type.Boolean(),
    locales: Type.Array(Type.String()),
  }),
)

export const HelpCenterList = named('help_center_list', ListOf(HelpCenter))

/** Without them, all help centers are on the first page. */
export const HelpCenterQuery = Type.Object({
  page: Type.Optional(Type.Integer()),
  per_page: Type.Optional(Type.Integer()),
})

const Locale = Type.Enum([...LOCALES])

const settings = {
  display_name: Type.String({ maxLength: 255, pattern: '\\S' }),
  website_turned_on: Type.Boolean({ description: 'Default: true.' }),
  locales: Type.Array(Locale, {
    minItems: 1,
    maxItems: LOCALES.length,
    uniqueItems: true,
    description: 'The first one is the default; it cannot change. Default: en.',
  }),
  custom_domain: Nullable(
    Type.String({ maxLength: 253, pattern: '^(?=.{4,253}$)[a-z0-9-]{1,63}(\\.[a-z0-9-]{1,63})+$' }),
  ),
  default: Type.Boolean({ description: 'True makes it the default help center instead of the other one.' }),
}
const identifier = Type.String({
  maxLength: 64,
  pattern: '^[a-z0-9][a-z0-9-]*$',
  description:
    'Its name in its URL, of lower-case letters, digits and hyphens. No other help center of the server has it.',
})

export const NewHelpCenterRequest = named(
  'create_help_center_request',
  Type.Object({ ...Some(settings).properties, identifier, display_name: settings.display_name }),
)
export type NewHelpCenterRequest = Static<typeof NewHelpCenterRequest>

export const HelpCenterRequest = named('update_help_center_request', Some({ ...settings, identifier }))
export type HelpCenterRequest = Static<typeof HelpCenterRequest>

export const presentHelpCenter = (
  workspace: Workspace,
  row: HelpCenterRow,
  public_url: string,
): Static<typeof HelpCenter> => ({
  id: row.id,
  workspace_id: workspace.id,
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
  identifier: row.identifier,
  website_turned_on: row.website_turned_on,
  display_name: row.display_name,
  url: urlOfHelpCenter(row, public_url),
  custom_domain: row.custom_domain,
  default: row.is_default,
  locales: row.locales,
})
