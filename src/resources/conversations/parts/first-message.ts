// The first message of a conversation, shown as one of its parts.
import type { ConversationRow } from '../queries.ts'
import type { PartRow } from './queries.ts'

type FirstMessage = Pick<
  ConversationRow,
  | 'source_id'
  | 'body'
  | 'attachments'
  | 'author_type'
  | 'author_id'
  | 'email_message_metadata'
  | 'redacted'
  | 'created_at'
> &
  Pick<PartRow, 'author_name' | 'author_email'>

/** Returns a part with the id of the message. */
export const asPart = (first: FirstMessage): PartRow => ({
  ...{ id: first.source_id, part_type: 'comment', body: first.body, attachments: first.attachments },
  ...{ author_type: first.author_type, author_id: first.author_id },
  ...{ author_name: first.author_name, author_email: first.author_email },
  ...{ assigned_to_type: null, assigned_to_id: null, state: 'open', metadata: null, event_details: null },
  ...{ email_message_metadata: first.email_message_metadata, redacted: first.redacted, tags: null },
  ...{ ticket_change: null, external_reply_send_state: null, seen_by: null },
  ...{ notified_at: null, created_at: first.created_at, updated_at: null },
})
