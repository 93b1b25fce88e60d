// Switch: a caller gets an SMS with a link to the messenger.
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { redirectCall } from './redirect.ts'
import { PhoneSwitch, SwitchRequest } from './schema.ts'

function switches(app: App, { public_url }: Server) {
  app.post(
    '/phone_call_redirects',
    op('createPhoneSwitch', {
      summary: 'Send an SMS with a link to the messenger to a caller',
      sdk: (client) => client.phoneCallRedirects.create({ phone: '+353832345678' }),
      refuses: [422],
      body: SwitchRequest,
      response: PhoneSwitch,
    }),
    async ({ workspace, body }) => ({
      type: 'phone_call_redirect' as const,
      ...(await redirectCall(workspace, public_url, body)),
    }),
  )
}

export default { group: 'Switch', routes: switches } satisfies Resource
