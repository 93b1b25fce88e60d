// Reads the first workspace's channel accounts from the environment.

import type { Config } from '#config.ts'
import type { EnvironmentAccount } from '#resources/channel-accounts/environment.ts'

export const environmentAccounts = (config: Config): EnvironmentAccount[] => [
  ...email(config),
  ...sms(config),
  ...whatsapp(config),
]

function email(config: Config): EnvironmentAccount[] {
  const { smtp_url, email_from, email_reply_domain, dkim_domain, dkim_selector, dkim_private_key } = config
  if (!smtp_url) return []
  return [
    {
      channel: 'email',
      provider: 'smtp',
      settings: {
        ...given({ from: email_from, reply_domain: email_reply_domain, dkim_domain, dkim_selector }),
        ...(!config.email_bounces && { bounces: false }),
      },
      secrets: given({ url: smtp_url, dkim_private_key }),
    },
  ]
}

function sms(config: Config): EnvironmentAccount[] {
  const { twilio_account_sid, twilio_auth_token, twilio_from, twilio_messaging_service_sid, twilio_base_url } = config
  if (!twilio_account_sid) return []
  return [
    {
      channel: 'sms',
      provider: 'twilio',
      settings: given({
        account_sid: twilio_account_sid,
        from: twilio_from,
        messaging_service_sid: twilio_messaging_service_sid,
        base_url: twilio_base_url,
      }),
      secrets: given({ auth_token: twilio_auth_token }),
    },
  ]
}

function whatsapp(config: Config): EnvironmentAccount[] {
  const { whatsapp_phone_number_id, whatsapp_access_token, whatsapp_app_secret, whatsapp_verify_token } = config
  if (!whatsapp_phone_number_id) return []
  return [
    {
      channel: 'whatsapp',
      provider: 'meta',
      settings: given({ phone_number_id: whatsapp_phone_number_id, base_url: config.whatsapp_base_url }),
      secrets: given({
        access_token: whatsapp_access_token,
        app_secret: whatsapp_app_secret,
        verify_token: whatsapp_verify_token,
      }),
    },
  ]
}

/** Returns the values that are set. */
const given = (values: Record<string, string | undefined>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
