// How one noun shows another: the shapes that several of them share.
import { Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'

export const AdminReference = named('admin_reference', Type.Object({ type: Type.Literal('admin'), id: Type.String() }))

export const ContactReference = named(
  'contact_reference',
  Type.Object({ type: Type.Literal('contact'), id: Type.String(), external_id: Nullable(Type.String()) }),
)

export const Avatar = named('avatar', Type.Object({ type: Type.Literal('avatar'), image_url: Nullable(Type.String()) }))

/** A part of a WhatsApp template with its parameters, as Meta's API takes it. */
export const TemplateComponent = named(
  'whatsapp_template_component',
  Type.Object({ type: Type.String() }, { additionalProperties: true }),
)
