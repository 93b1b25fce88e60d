// SQL fragments of messages for the statements of other resources.
import type { ChannelName } from '#channels/channel.ts'
import { type Fragment, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type TemplateMessage = {
  admin_id: string
  channel: ChannelName
  body: string | null
  template: string
  locale: string
  components: object[]
}

/** Returns an INSERT for a CTE that returns the message's `id`; it inserts nothing if the sender is not an admin. */
export const insertedTemplateMessage = (workspace: Workspace, message: TemplateMessage): Fragment => {
  const { sql, id } = workspace
  return sql`
    insert into messages (workspace_id, author_type, author_id, message_type, body, template, locale, components,
      conversation_id, created_at)
    select ${id}, 'admin', id, ${message.channel}, ${message.body}, ${message.template}, ${message.locale},
      ${JSON.stringify(message.components)}::text::jsonb, nextval('conversation_ids'), ${workspace.now()}
    from admins where workspace_id = ${id} and id = ${rowId(message.admin_id)} and not is_bot
    returning id`
}
