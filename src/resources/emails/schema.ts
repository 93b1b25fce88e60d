// Sender addresses over the wire.
import { type Static, Type } from 'typebox'
import { epoch, epochOrNull, Id, ListOf, Nullable, named, Some } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { EmailSettingRow } from './queries.ts'

export const EmailSetting = named(
  'email_setting',
  Type.Object({
    type: Type.Literal('email_setting'),
    id: Type.String(),
    email: Type.String(),
    verified: Type.Boolean({
      description: 'The email account of the workspace sends from this address, or its domain is proven or assigned.',
    }),
    domain: Type.String(),
    brand_id: Type.String(),
    forwarding_enabled: Type.Boolean(),
    forwarded_email_last_received_at: Nullable(Type.Integer()),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  }),
)

export const EmailList = named('email_list', ListOf(EmailSetting))

const FIELDS = {
  email: Type.String({ maxLength: 320, pattern: '^[^<>@\\s]+@[^<>@\\s]+$' }),
  brand_id: Id,
  default: Type.Boolean({ description: 'True makes it the address that its brand sends from.' }),
  forwarding_enabled: Type.Boolean({ description: 'Mail to this address is forwarded to this server.' }),
}
export const EmailRequest = named('update_email_setting_request', Some(FIELDS))
export type EmailRequest = Static<typeof EmailRequest>
export const NewEmailRequest = named(
  'create_email_setting_request',
  Type.Object({ ...EmailRequest.properties, email: FIELDS.email }),
)
export type NewEmailRequest = Static<typeof NewEmailRequest>

export const presentEmail = (workspace: Workspace, setting: EmailSettingRow): Static<typeof EmailSetting> => ({
  type: 'email_setting',
  id: setting.id,
  email: setting.email,
  verified: setting.verified,
  domain: setting.domain,
  brand_id: setting.brand_id ?? workspace.id,
  forwarding_enabled: setting.forwarding_enabled,
  forwarded_email_last_received_at: epochOrNull(setting.forwarded_email_last_received_at),
  created_at: epoch(setting.created_at),
  updated_at: epoch(setting.updated_at),
})
