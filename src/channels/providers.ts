// Who sends for a workspace: one provider for each channel that leaves the house.
import { smtp } from './email/account.ts'
import type { Provider } from './provider.ts'
import { twilio } from './sms/account.ts'
import { meta } from './whatsapp/account.ts'

export const PROVIDERS = { smtp, twilio, meta } satisfies Record<string, Provider>

export type ProviderName = keyof typeof PROVIDERS
