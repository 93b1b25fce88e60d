// What a request changes in each locale.
import { invalid, missing } from '#http/errors.ts'
import { translationsIn } from '#resources/help-centers/translations.ts'
import type { WrittenBodies } from './bodies.ts'
import type { ContentPatch } from './content-change.ts'
import type { ArticleRequest, ContentRequest } from './schema.ts'

/** By locale; null removes the translation. */
export type Patches = Map<string, ContentPatch | null>

/** Returns the changes of a request. What it says at the top is of the default locale, and comes before translations. */
export function patchesOf(request: ArticleRequest, bodies: WrittenBodies, default_locale: string): Patches {
  const patches: Patches = new Map()
  for (const [locale, content] of translationsIn<ContentRequest | null>(request.translated_content)) {
    if (!content && locale === default_locale)
      throw invalid(`translated_content.${locale} is the default locale and must stay`)
    patches.set(locale, content && patchOf(content, bodies.get(locale), `translated_content.${locale}.`))
  }
  const top = patchOf(request, bodies.get(''), '')
  const translated = patches.get(default_locale)
  patches.set(default_locale, {
    texts: { ...translated?.texts, ...top.texts },
    settings: { ...translated?.settings, ...top.settings },
    state: top.state ?? translated?.state,
  })
  const { audience_ids } = top.settings
  if (audience_ids) for (const patch of patches.values()) if (patch) patch.settings.audience_ids = audience_ids
  return patches
}

function patchOf(request: ContentRequest, body: ContentPatch['texts'] | undefined, path: string): ContentPatch {
  const { title, description, author_id, state, audience_ids } = request
  if (title !== undefined && !title.trim()) throw invalid(`${path}title must not be blank`)
  const { ai_chatbot_availability, ai_copilot_availability, ai_sales_agent_availability } = request
  return {
    texts: given({
      title: title?.trim(),
      description: description === undefined ? undefined : (description ?? ''),
      author_id,
      ...body,
    }),
    settings: given({
      audience_ids: audience_ids === undefined ? undefined : [...new Set(audience_ids ?? [])],
      ai_chatbot_availability,
      ai_copilot_availability,
      ai_sales_agent_availability,
    }),
    state,
  }
}

/** Returns the entries that are not undefined. */
const given = <Values extends object>(values: Values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>
  }

/** @throws a 400 if a new article lacks an author or a title. */
export function assertComplete({ texts: { author_id, title } }: ContentPatch): void {
  const place = 'must be in the main body or default locale translated_content object'
  if (author_id === undefined) throw missing(`author_id ${place}`)
  if (title === undefined) throw missing(`title ${place}`)
}
