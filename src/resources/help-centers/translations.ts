// Schemas of what is written in several locales: an object by locale.
import { type TSchema, Type } from 'typebox'
import { LOCALES } from '#content/locales.ts'

/** Returns the schema of an answer: `{ type, en: {…}, fr: {…} }`, with the locales that are written. */
export const TranslationsOf = <S extends TSchema, T extends string>(type: T, content: S) =>
  Type.Object({
    type: Type.Literal(type),
    ...(Object.fromEntries(LOCALES.map((locale) => [locale, Type.Optional(content)])) as ByLocale<S>),
  })

/** Returns the schema of a request. `type` is accepted, because answers have it. */
export const TranslationsRequestOf = <S extends TSchema>(content: S) =>
  Type.Object(
    {
      type: Type.Optional(Type.Unknown()),
      ...(Object.fromEntries(LOCALES.map((locale) => [locale, Type.Optional(content)])) as ByLocale<S>),
    },
    { additionalProperties: false },
  )

/** TypeScript needs only one key: all have the same type. */
type ByLocale<S extends TSchema> = Record<'en', ReturnType<typeof Type.Optional<S>>>

/** Returns the given translations as a list, without `type`. */
export const translationsIn = <Content>(given: object | null | undefined): [locale: string, content: Content][] =>
  Object.entries(given ?? {}).filter(([locale]) => locale !== 'type') as [string, Content][]

/** Returns the keys of an answer that only a help center with several locales has. `contents` is keyed by locale. */
export const multilingual = <Type_ extends string, Content extends object>(
  { locales, default_locale }: { locales: readonly string[]; default_locale: string },
  type: Type_,
  contents: Record<string, Content>,
) => {
  if (locales.length < 2) return {}
  const shown = locales.flatMap((locale) => (contents[locale] ? [[locale, contents[locale]] as const] : []))
  return { default_locale, translated_content: { type, ...Object.fromEntries(shown) } }
}
