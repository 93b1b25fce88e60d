// Reads a mail again with the charset that a person knows, and corrects what its conversation shows.
import { conflict } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type InboundRow, noteCharset } from './queries.ts'
import { notKept } from './raw.ts'

/** Corrects the part or the first message that the mail became. @throws ApiError 400 if the charset is not known */
export type Rereader = (workspace: Workspace, mail: InboundRow, charset: string) => Promise<void>

/**
 * Returns the id of the conversation.
 * @throws ApiError 409 if it is no mail, is in no conversation, or its content was not kept
 */
export async function readAgain(
  workspace: Workspace,
  reread: Rereader,
  message: InboundRow,
  charset: string,
): Promise<string> {
  if (message.channel !== 'email') throw conflict('Only mails can be read again')
  if (message.conversation_id === null) throw conflict('The mail is in no conversation yet: take it first')
  if (message.raw_size === null) throw notKept()
  await reread(workspace, message, charset)
  await noteCharset(workspace, message.id, charset)
  return message.conversation_id
}
