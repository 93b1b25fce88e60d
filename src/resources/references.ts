// Schemas of references to other resources, which several resources share.
import { type Static, Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'

export const AdminReference = named('admin_reference', Type.Object({ type: Type.Literal('admin'), id: Type.String() }))

export const TeamIds = Type.Array(Type.Integer())

export const TeamPriorityLevel = named(
  'team_priority_level',
  Type.Object({ primary_team_ids: TeamIds, secondary_team_ids: TeamIds }),
)

/** An admin as the owner or the author of something. */
export const AdminSummary = named(
  'admin_summary',
  Type.Object({
    type: Type.Literal('admin'),
    id: Type.String(),
    name: Type.String(),
    email: Type.String(),
    away_mode_enabled: Type.Boolean(),
    away_mode_reassign: Type.Boolean(),
  }),
)
export type AdminSummary = Static<typeof AdminSummary>

export const presentAdminSummary = (admin: Omit<AdminSummary, 'type'>): AdminSummary => ({
  type: 'admin',
  id: admin.id,
  name: admin.name,
  email: admin.email,
  away_mode_enabled: admin.away_mode_enabled,
  away_mode_reassign: admin.away_mode_reassign,
})

/** A contact as the recipient of something. `name` and `email` are null if it has none, or is gone. */
export const ContactName = named(
  'contact_name',
  Type.Object({
    type: Type.Literal('contact'),
    id: Type.String(),
    name: Nullable(Type.String()),
    email: Nullable(Type.String()),
  }),
)

/** The columns of `namedContact`. */
export type NamedContactRow = { contact_id: string; contact_name: string | null; contact_email: string | null }

export const presentContactName = (row: NamedContactRow): Static<typeof ContactName> => ({
  type: 'contact',
  id: row.contact_id,
  name: row.contact_name,
  email: row.contact_email,
})

export const ContactReference = named(
  'contact_reference',
  Type.Object({ type: Type.Literal('contact'), id: Type.String(), external_id: Nullable(Type.String()) }),
)

export const Avatar = named('avatar', Type.Object({ type: Type.Literal('avatar'), image_url: Nullable(Type.String()) }))

/** A component of a WhatsApp template with its parameters, in the form of Meta's API. */
export const TemplateComponent = named(
  'whatsapp_template_component',
  Type.Object({ type: Type.String() }, { additionalProperties: true }),
)
