// Who sends for a workspace: one provider for each channel that leaves the house.
import { smtp } from './email/account.ts'
import type { Provider } from './provider.ts'

export const PROVIDERS = { smtp } satisfies Record<string, Provider>

export type ProviderName = keyof typeof PROVIDERS
