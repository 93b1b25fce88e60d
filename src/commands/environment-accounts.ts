// The channel accounts that the environment gives the first workspace.
import type { Config } from '#config.ts'
import type { EnvironmentAccount } from '#delivery/accounts.ts'

export const environmentAccounts = (config: Config): EnvironmentAccount[] => [...email(config)]

function email(config: Config): EnvironmentAccount[] {
  const { smtp_url, email_from, email_reply_domain, dkim_domain, dkim_selector, dkim_private_key } = config
  if (!smtp_url) return []
  return [
    {
      channel: 'email',
      provider: 'smtp',
      settings: given({ from: email_from, reply_domain: email_reply_domain, dkim_domain, dkim_selector }),
      secrets: given({ url: smtp_url, dkim_private_key }),
    },
  ]
}

/** Without what is not set. */
const given = (values: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
