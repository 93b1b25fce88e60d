// How one noun shows another: the shapes that several of them share.
import { Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'

export const AdminReference = named('admin_reference', Type.Object({ type: Type.Literal('admin'), id: Type.String() }))

export const ContactReference = named(
  'contact_reference',
  Type.Object({ type: Type.Literal('contact'), id: Type.String(), external_id: Nullable(Type.String()) }),
)

export const Avatar = named('avatar', Type.Object({ type: Type.Literal('avatar'), image_url: Nullable(Type.String()) }))
