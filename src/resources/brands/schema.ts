// Brands over the wire.
import { type Static, Type } from 'typebox'
import { epoch, Id, ListOf, Nullable, named, Some } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { BrandRow } from './queries.ts'

export const Brand = named(
  'brand',
  Type.Object({
    type: Type.Literal('brand'),
    id: Type.String({ description: 'That of the default brand is the id of the workspace.' }),
    name: Type.String(),
    is_default: Type.Boolean(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    help_center_id: Type.String(),
    default_address_settings_id: Nullable(Type.String({ description: 'The id of its sender address.' })),
  }),
)

export const BrandList = named('brand_list', ListOf(Brand))

const FIELDS = {
  name: Type.String({ maxLength: 255, pattern: '\\S' }),
  help_center_id: Nullable(Id),
}
export const BrandRequest = named('update_brand_request', Some(FIELDS))
export type BrandRequest = Static<typeof BrandRequest>
export const NewBrandRequest = named(
  'create_brand_request',
  Type.Object({ ...BrandRequest.properties, name: FIELDS.name }),
)
export type NewBrandRequest = Static<typeof NewBrandRequest>

export const presentBrand = (workspace: Workspace, brand: BrandRow): Static<typeof Brand> => ({
  type: 'brand',
  id: brand.is_default ? workspace.id : brand.id,
  name: brand.name,
  is_default: brand.is_default,
  created_at: epoch(brand.created_at),
  updated_at: epoch(brand.updated_at),
  help_center_id: brand.shown_help_center_id,
  default_address_settings_id: brand.default_address_settings_id,
})
