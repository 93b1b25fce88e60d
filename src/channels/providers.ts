// The list of providers: one for each channel that sends through an outside provider.
import { smtp } from './email/account.ts'
import type { Provider } from './provider.ts'
import { twilio } from './sms/account.ts'
import { meta } from './whatsapp/account.ts'

export const PROVIDERS = { smtp, twilio, meta } satisfies Record<string, Provider>

export type ProviderName = keyof typeof PROVIDERS
