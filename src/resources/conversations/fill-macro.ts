// Fills the placeholders of a macro for a conversation: with its contact, the admin of the token, and itself.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Nullable, named } from '#http/types.ts'
import { filledHtml, filledText } from '#resources/macros/placeholders.ts'
import { findMacro } from '#resources/macros/queries.ts'
import type { Resource } from '#server.ts'
import { findFirstParticipant } from './participants/queries.ts'
import { placeholderValues } from './placeholder-values.ts'
import { findConversation } from './queries.ts'

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
      const contact = await findFirstParticipant(workspace, conversation.id)
      const values = await placeholderValues(workspace, { contact, conversation })
      return {
        ...{ type: 'filled_macro' as const, id, conversation_id: conversation.id },
        body: body && filledHtml(body, values),
        body_text: body_text && filledText(body_text, values),
      }
    },
  )
}

export default { group: 'Macros', routes: macroFilling } satisfies Resource
