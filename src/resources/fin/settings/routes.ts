// The page of Fin's settings in Intercom, as operations: whether it answers, and where its events are sent.
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { Nullable, named, Some } from '#http/types.ts'
import { safeFetcher } from '#net/safe-fetch.ts'
import { assertAllowedAddress } from '#resources/channel-accounts/private-addresses.ts'
import { findCallbackUrl, removeCallback, saveCallback } from '#resources/webhooks/callback-queries.ts'
import { newSecret, sealSecret } from '#resources/webhooks/secret.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findFinSettings, saveFinSettings } from './queries.ts'

const Fields = {
  is_enabled: Type.Boolean({ description: 'False: sessions are refused.' }),
  asks_for_rating: Type.Boolean({ description: 'Whether a resolved session asks for a rating.' }),
  has_human_input: Type.Boolean({ description: 'Whether steps of procedures may wait for a person.' }),
  callback_url: Nullable(
    Type.String({ maxLength: 2_048, description: 'Where events are sent; it must answer a HEAD request.' }),
  ),
}
const SettingsRequest = named('fin_settings_request', Some(Fields))
type SettingsRequest = Static<typeof SettingsRequest>

const FinSettings = named('fin_settings', Type.Object({ type: Type.Literal('fin_settings'), ...Fields }))
const SavedSettings = named(
  'saved_fin_settings',
  Type.Object({
    ...FinSettings.properties,
    secret: Type.Optional(
      Type.String({ description: 'The key of the signatures of a new callback_url. It is shown once.' }),
    ),
  }),
)

const PROBE = { method: 'HEAD', max_bytes: 1_000, timeout_ms: 5_000 } as const

function finSettings(app: App, { secret, egress }: Server) {
  const fetch = safeFetcher({ egress, any_port: true })

  /** A preHandler, so that no transaction waits for the endpoint. */
  async function answersHead({ body }: FastifyRequest): Promise<void> {
    const { callback_url: url } = body as SettingsRequest
    if (typeof url !== 'string') return
    const parsed = URL.parse(url)
    if (!parsed || !['http:', 'https:'].includes(parsed.protocol) || parsed.username || parsed.password)
      throw invalid('callback_url must be an http or https URL without credentials')
    await assertAllowedAddress(egress, 'callback_url', url)
    const status = await fetch(url, PROBE).then(
      (answer) => {
        answer.end()
        return answer.status
      },
      () => undefined,
    )
    if (status === undefined || status >= 300) throw invalid('callback_url does not answer a HEAD request with success')
  }

  const present = async (workspace: Workspace) => ({
    type: 'fin_settings' as const,
    ...(await findFinSettings(workspace)),
    callback_url: await findCallbackUrl(workspace, 'fin'),
  })

  app.get(
    '/extensions/fin/settings',
    op('getFinSettings', { summary: 'Show the settings of Fin', response: FinSettings }),
    async ({ workspace }) => present(workspace),
  )

  app.put(
    '/extensions/fin/settings',
    {
      ...op('updateFinSettings', {
        summary: 'Change the settings of Fin; the answer shows the secret of a new callback_url once',
        confidential: true,
        body: SettingsRequest,
        response: SavedSettings,
      }),
      preHandler: answersHead,
    },
    async ({ workspace, body: { callback_url: url, ...changes } }) => {
      await saveFinSettings(workspace, changes)
      if (url === undefined) return present(workspace)
      await removeCallback(workspace, 'fin')
      if (url === null) return present(workspace)
      const text = newSecret()
      const { version } = workspace
      await saveCallback(workspace, 'fin', { url, secret: sealSecret(secret, text), version })
      return { ...(await present(workspace)), secret: text }
    },
  )
}

export default {
  group: 'Extensions: Fin',
  routes: finSettings,
  kept_tables: ['fin_settings'],
} satisfies Resource
