// Macros over the wire. Unlike other times of the API, theirs are ISO 8601.
import { type Static, Type } from 'typebox'
import { PageQuery, UncountedPages } from '#http/lists.ts'
import { Id, Nullable, named, Some } from '#http/types.ts'
import { withElements } from './placeholders.ts'
import type { MacroRow } from './queries.ts'

const VisibleTo = Type.Enum(['everyone', 'specific_teams'])
const AvailableOn = Type.Array(Type.Enum(['inbox', 'messenger']))
const Time = Type.String({ description: 'ISO 8601.', examples: ['2026-06-01T12:00:00.000Z'] })

export const Macro = named(
  'macro',
  Type.Object({
    type: Type.Literal('macro'),
    id: Type.String(),
    name: Type.String(),
    body: Nullable(
      Type.String({
        description: 'HTML; each placeholder is an element.',
        examples: ['<p>Hi <attribute key="user.name" default="there"/></p>'],
      }),
    ),
    body_text: Nullable(
      Type.String({
        description: 'Plain text; placeholders as they were written.',
        examples: ["Hi {{user.name | fallback: 'there'}}"],
      }),
    ),
    created_at: Time,
    updated_at: Time,
    visible_to: VisibleTo,
    visible_to_team_ids: Type.Array(Type.String()),
    available_on: AvailableOn,
  }),
)

export const MacroList = named(
  'macro_list',
  Type.Object({
    type: Type.Literal('list'),
    data: Type.Array(Macro),
    pages: UncountedPages,
  }),
)

/** `updated_since` is read by `list.ts`, whose error has Intercom's text. */
export const MacroQuery = Type.Object({
  ...PageQuery.properties,
  updated_since: Type.Optional(Type.String({ description: 'Unix seconds: macros that were updated then or later.' })),
})
export type MacroQuery = Static<typeof MacroQuery>

const MacroFields = {
  name: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  body: Nullable(
    Type.String({ maxLength: 50_000, description: 'HTML or plain text.', examples: ['<p>Hi {{user.name}}</p>'] }),
  ),
  visible_to: VisibleTo,
  visible_to_team_ids: Type.Array(Id, { maxItems: 1_000 }),
  available_on: Type.Array(Type.Enum(['inbox', 'messenger']), { minItems: 1, maxItems: 2 }),
}
export const MacroRequest = named('macro_request', Some(MacroFields))
export type MacroRequest = Static<typeof MacroRequest>

export const NewMacroRequest = named(
  'new_macro_request',
  Type.Object({ ...MacroRequest.properties, name: MacroFields.name }),
)
export type NewMacroRequest = Static<typeof NewMacroRequest>

export const presentMacro = (macro: MacroRow): Static<typeof Macro> => ({
  type: 'macro',
  id: macro.id,
  name: macro.name,
  body: macro.body && withElements(macro.body),
  body_text: macro.body_text,
  created_at: macro.created_at.toISOString(),
  updated_at: macro.updated_at.toISOString(),
  visible_to: macro.visible_to,
  visible_to_team_ids: macro.visible_to_team_ids,
  available_on: macro.available_on,
})
