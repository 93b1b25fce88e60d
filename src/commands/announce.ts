// Says that the server is ready, and what it is: on the terminal.
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Config, listeningUrl } from '#config.ts'
import { print } from '#lib/terminal.ts'
import { findFirstWithEmail } from '#resources/contacts/queries.ts'
import { insertSignInLink } from '#workspaces/sign-ins.ts'
import { banner } from './banner.ts'
import type { FirstWorkspace } from './first-workspace.ts'
import { tlsOf } from './hosts.ts'
import { signInUrl, storeUrl } from './sign-in.ts'
import type { Storage } from './storage.ts'

export async function announce({ sql, location, is_embedded }: Storage, config: Config, first: FirstWorkspace) {
  const { id, admin_id, token } = first
  const facts = {
    url: listeningUrl(config),
    public_url: config.public_url,
    token,
    console_url: signInUrl(config.public_url, await insertSignInLink(sql, id, admin_id)),
    location,
    directory: is_embedded ? resolve(config.data_dir) : undefined,
    is_linked: is_embedded && dirname(location) !== realpathSync(config.data_dir),
    mail_server: config.smtp_url && new URL(config.smtp_url).host,
    others: [
      ...(config.twilio_account_sid ? ['SMS by Twilio'] : []),
      ...(config.whatsapp_phone_number_id ? ['WhatsApp by Meta'] : []),
    ],
    admin_id,
    recipient: await findFirstWithEmail(sql, id),
  }
  if (is_embedded) storeUrl(config)
  print(...banner(facts))
  if (tlsOf(config)) print(`HTTPS is answered on port ${config.tls_port}.`)
}
