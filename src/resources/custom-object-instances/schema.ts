// The instances of custom objects over the wire.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { PagesLink, presentPagesLink } from '#http/lists.ts'
import { Epoch, epoch, epochOrNull, Id, Nullable, named } from '#http/types.ts'
import type { InstanceRow } from './queries.ts'
import type { TypeRow } from './types/queries.ts'

export const Instance = named(
  'custom_object_instance',
  Type.Object({
    id: Type.String(),
    type: Type.String({ description: 'The identifier of its type.', examples: ['Order'] }),
    custom_attributes: Type.Record(Type.String(), Type.Unknown()),
    external_id: Type.String(),
    external_created_at: Nullable(Type.Integer()),
    external_updated_at: Nullable(Type.Integer()),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const InstanceList = named(
  'custom_object_instances_paginated_list',
  Type.Object({
    type: Type.Literal('list'),
    pages: PagesLink,
    total_count: Type.Integer(),
    data: Type.Array(Instance),
  }),
)

export const InstanceDeleted = named(
  'custom_object_instance_deleted',
  Type.Object({ id: Type.String(), object: Type.String(), deleted: Type.Literal(true) }),
)

export const InstanceRequest = named(
  'create_or_update_custom_object_instance_request',
  Type.Object({
    external_id: Id,
    external_created_at: Type.Optional(Nullable(Epoch)),
    external_updated_at: Type.Optional(Nullable(Epoch)),
    custom_attributes: Type.Optional(
      Nullable(
        Type.Record(Type.String(), Type.Unknown(), {
          description: 'Those of the type, by name; null removes a value. What is left out stays.',
        }),
      ),
    ),
  }),
)
export type InstanceRequest = Static<typeof InstanceRequest>

export const presentInstance = ({ identifier }: TypeRow, row: InstanceRow): Static<typeof Instance> => ({
  id: row.id,
  type: identifier,
  custom_attributes: { ...row.custom_attributes, ...row.references },
  external_id: row.external_id,
  external_created_at: epochOrNull(row.external_created_at),
  external_updated_at: epochOrNull(row.external_updated_at),
  created_at: epoch(row.created_at),
  updated_at: epoch(row.updated_at),
})

export const presentDeleted = ({ identifier }: TypeRow, id: string): Static<typeof InstanceDeleted> => ({
  ...{ id, object: identifier, deleted: true },
})

export const presentInstances = (
  url: string,
  type: TypeRow,
  page: Page,
  result: PageResult<InstanceRow>,
  asked: Record<string, string>,
): Static<typeof InstanceList> => ({
  type: 'list',
  pages: presentPagesLink(url, page, result, asked),
  total_count: result.total_count,
  data: result.rows.map((row) => presentInstance(type, row)),
})
