// The words of the pages themselves, by language. Content is in the locale of its help center; other languages get English.

const ENGLISH = {
  search: 'Search',
  results: 'Search results',
  nothing: 'Nothing was found.',
  collections: 'Collections',
  articles: 'articles',
  article: 'article',
  languages: 'Languages',
  path: 'Path',
  question: 'Did this answer your question?',
  thanks: 'Thank you. You can change your answer.',
  happy: 'Yes',
  neutral: 'Partly',
  sad: 'No',
  missing: 'Page not found',
  missing_text: 'This page does not exist, or it is not public.',
  home: 'All collections',
  empty: 'There is nothing here yet.',
}
export type Words = typeof ENGLISH

const WORDS: Record<string, Words> = {
  en: ENGLISH,
  fr: {
    ...{ search: 'Rechercher', results: 'Résultats de la recherche', nothing: 'Aucun résultat.' },
    ...{ collections: 'Collections', articles: 'articles', article: 'article', languages: 'Langues', path: 'Chemin' },
    ...{ question: 'Cela a-t-il répondu à votre question ?', thanks: 'Merci. Vous pouvez changer votre réponse.' },
    ...{ happy: 'Oui', neutral: 'En partie', sad: 'Non', missing: 'Page introuvable' },
    missing_text: "Cette page n'existe pas, ou n'est pas publique.",
    ...{ home: 'Toutes les collections', empty: "Il n'y a encore rien ici." },
  },
  de: {
    ...{ search: 'Suchen', results: 'Suchergebnisse', nothing: 'Nichts gefunden.', collections: 'Sammlungen' },
    ...{ articles: 'Artikel', article: 'Artikel', languages: 'Sprachen', path: 'Pfad' },
    ...{ question: 'Hat das Ihre Frage beantwortet?', thanks: 'Danke. Sie können Ihre Antwort ändern.' },
    ...{ happy: 'Ja', neutral: 'Teilweise', sad: 'Nein', missing: 'Seite nicht gefunden' },
    missing_text: 'Diese Seite gibt es nicht, oder sie ist nicht öffentlich.',
    ...{ home: 'Alle Sammlungen', empty: 'Hier ist noch nichts.' },
  },
  es: {
    ...{ search: 'Buscar', results: 'Resultados de la búsqueda', nothing: 'No se encontró nada.' },
    ...{ collections: 'Colecciones', articles: 'artículos', article: 'artículo', languages: 'Idiomas', path: 'Ruta' },
    ...{ question: '¿Ha respondido esto a su pregunta?', thanks: 'Gracias. Puede cambiar su respuesta.' },
    ...{ happy: 'Sí', neutral: 'En parte', sad: 'No', missing: 'Página no encontrada' },
    missing_text: 'Esta página no existe o no es pública.',
    ...{ home: 'Todas las colecciones', empty: 'Aquí todavía no hay nada.' },
  },
}

/** Returns the words in a locale, such as `fr` or `pt-BR`. */
export const wordsIn = (locale: string): Words => WORDS[locale.split('-')[0] as string] ?? ENGLISH

const RIGHT_TO_LEFT = ['ar', 'he']

export const directionOf = (locale: string): 'ltr' | 'rtl' => (RIGHT_TO_LEFT.includes(locale) ? 'rtl' : 'ltr')

/** Returns the name of a language in itself: `français`. */
export const nameOfLanguage = (locale: string): string =>
  new Intl.DisplayNames([locale], { type: 'language' }).of(locale) ?? locale
