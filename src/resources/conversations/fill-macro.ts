// Fills the placeholders of a macro for a conversation: with its contact, the admin of the token, and itself.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Nullable, named } from '#http/types.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { filledHtml, filledText, type Values } from '#resources/macros/placeholders.ts'
import { findMacro } from '#resources/macros/queries.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findFirstParticipant } from './participants/queries.ts'
import { type ConversationRow, findConversation } from './queries.ts'

const ByConversationAndMacro = Type.Object({ conversation_id: Type.String(), id: Type.String() })

const FilledMacro = named(
  'filled_macro',
  Type.Object({
    type: Type.Literal('filled_macro'),
    id: Type.String(),
    conversation_id: Type.String(),
    body: Nullable(Type.String()),
    body_text: Nullable(Type.String()),
  }),
)

async function valuesFor(workspace: Workspace, conversation: ConversationRow): Promise<Values> {
  const contact = await findFirstParticipant(workspace, conversation.id)
  const user = contact ? valuesOf(contact) : {}
  const admin = await findAdmin(workspace, workspace.admin_id)
  const { id, title, subject, state, priority, custom_attributes } = conversation
  return {
    ...{ user, lead: user, contact: user, customer: user },
    teammate: admin ? { id: admin.id, ...names(admin.name), email: admin.email, job_title: admin.job_title } : {},
    conversation: { id, title, subject, state, priority, custom_attributes },
  }
}

const valuesOf = ({ id, name, email, phone, external_id, role, custom_attributes }: ContactRow) => ({
  ...{ id, email, phone, role, external_id, user_id: external_id, custom_attributes },
  ...names(name),
})

/** The first word of a name is the first name. */
function names(name: string | null) {
  const [first_name = null, ...rest] = name?.trim().split(/\s+/) ?? []
  return { name, first_name, last_name: rest.join(' ') || null }
}

function macroFilling(app: App) {
  app.get(
    '/extensions/conversations/:conversation_id/macros/:id',
    op('fillMacro', {
      summary: 'Show a macro with its placeholders filled for a conversation',
      params: ByConversationAndMacro,
      response: FilledMacro,
    }),
    async ({ workspace, params }) => {
      const conversation = found(await findConversation(workspace, params.conversation_id), 'Conversation not found')
      const { id, body, body_text } = found(await findMacro(workspace, params.id), 'Macro not found')
      const values = await valuesFor(workspace, conversation)
      return {
        ...{ type: 'filled_macro' as const, id, conversation_id: conversation.id },
        body: body && filledHtml(body, values),
        body_text: body_text && filledText(body_text, values),
      }
    },
  )
}

export default { group: 'Macros', routes: macroFilling } satisfies Resource
