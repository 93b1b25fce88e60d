// Whether the assistant answers contacts first, on which channels, and whom.
import { type Static, Type } from 'typebox'
import { CHANNELS } from '#channels/channel.ts'
import { startReading, stopReading } from '#events/reader.ts'
import { type App, op } from '#http/op.ts'
import { named, Some } from '#http/types.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import type { Resource } from '#server.ts'
import { answerConversation } from './answer-conversation.ts'
import { followConversations, READER } from './follow.ts'
import { findSettings, saveSettings } from './queries.ts'

const Fields = {
  is_enabled: Type.Boolean({ description: 'Whether it answers the first message of a contact, and goes on.' }),
  channels: Type.Array(Type.Enum([...CHANNELS]), { maxItems: 10 }),
  audience_ids: Type.Array(Type.Integer(), { maxItems: 50, description: 'Whom it answers. None: everybody.' }),
}
const SettingsRequest = named('assistant_settings_request', Some(Fields))
const Settings = named(
  'assistant_settings',
  Type.Object({ type: Type.Literal('assistant_settings'), ...Fields, channels: Type.Array(Type.String()) }),
)

const present = (settings: Omit<Static<typeof Settings>, 'type'>): Static<typeof Settings> => ({
  type: 'assistant_settings',
  ...settings,
})

function assistant(app: App) {
  app.get(
    '/extensions/assistant/settings',
    op('getAssistantSettings', { summary: 'Show where the assistant answers', response: Settings }),
    async ({ workspace }) => present(await findSettings(workspace)),
  )

  app.put(
    '/extensions/assistant/settings',
    op('updateAssistantSettings', {
      summary: 'Change where the assistant answers',
      refuses: [404],
      body: SettingsRequest,
      response: Settings,
    }),
    async ({ workspace, body }) => {
      const settings = { ...(await findSettings(workspace)), ...body }
      await assertKnownAudiences(workspace, body.audience_ids ?? [])
      await saveSettings(workspace, settings)
      if (settings.is_enabled) await startReading(workspace, READER)
      else await stopReading(workspace, READER)
      return present(settings)
    },
  )
}

export default {
  group: 'Extensions: assistant',
  routes: assistant,
  work: followConversations,
  jobs: [{ name: 'assistant:answer', run: answerConversation }],
  kept_tables: ['assistant_settings'],
} satisfies Resource
