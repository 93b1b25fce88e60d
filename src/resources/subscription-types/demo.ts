// The subscription types of a demo workspace: one of each kind, and an archived one.
import type { Workspace } from '#workspaces/workspace.ts'
import { insertSubscriptionType } from './queries.ts'

const inEnglish = (name: string, description: string) => [{ name, description, locale: 'en' }] as const

export async function demo(workspace: Workspace) {
  const live = { state: 'live' as const }
  await insertSubscriptionType(workspace, {
    ...{ ...live, consent_type: 'opt_out', content_types: ['email'] },
    translations: [
      ...inEnglish('Newsletter', 'What is new, once a month'),
      { name: 'Infobrief', description: 'Einmal im Monat', locale: 'de' },
    ],
  })
  await insertSubscriptionType(workspace, {
    ...{ ...live, consent_type: 'opt_in', content_types: ['email', 'sms_message'] },
    translations: [...inEnglish('Offers', 'Discounts and events near you')],
  })
  await insertSubscriptionType(workspace, {
    ...{ state: 'archived', consent_type: 'opt_out', content_types: ['email'] },
    translations: [...inEnglish('Beta programme', 'Ended')],
  })
}
