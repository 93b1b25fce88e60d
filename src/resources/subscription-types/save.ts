// Creates and changes subscription types.
import { conflict, found, invalid } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  countTypesLocked,
  insertSubscriptionType,
  lockSubscriptionType,
  type SubscriptionTypeRow,
  updateSubscriptionType,
} from './queries.ts'
import type { NewTypeRequest, TypeRequest } from './schema.ts'

/** All of them are on the page where a person unsubscribes. */
const MAX_TYPES = 100

export async function createType(workspace: Workspace, request: NewTypeRequest): Promise<SubscriptionTypeRow> {
  const { consent_type, translations, content_types = ['email'], state = 'live' } = request
  if ((await countTypesLocked(workspace)) >= MAX_TYPES)
    throw conflict(`There are ${MAX_TYPES} subscription types already: change one of them`)
  return insertSubscriptionType(workspace, {
    ...{ consent_type, content_types, state },
    translations: checkedTranslations(translations),
  })
}

/** The consent type cannot change, because the choices of contacts would get the opposite meaning. */
export async function changeType(workspace: Workspace, id: string, request: TypeRequest): Promise<SubscriptionTypeRow> {
  const type = found(await lockSubscriptionType(workspace, id))
  const { content_types, state } = request
  const translations = request.translations && checkedTranslations(request.translations)
  return updateSubscriptionType(workspace, { ...type, ...defined({ content_types, state, translations }) })
}

function checkedTranslations(translations: NewTypeRequest['translations']): SubscriptionTypeRow['translations'] {
  const locales = translations.map(({ locale }) => locale.toLowerCase())
  const twice = locales.find((locale, at) => locales.indexOf(locale) !== at)
  if (twice !== undefined) throw invalid(`translations has the locale ${twice} twice`)
  return translations as SubscriptionTypeRow['translations']
}
