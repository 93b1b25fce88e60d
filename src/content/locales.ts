// The locales in which content can be written.
export const LOCALES: readonly string[] = [
  ...['ar', 'bg', 'bs', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fi', 'fr', 'he', 'hr', 'hu', 'id', 'it', 'ja'],
  ...[
    'ko',
    'lt',
    'lv',
    'mn',
    'nb',
    'nl',
    'pl',
    'pt',
    'ro',
    'ru',
    'sl',
    'sr',
    'sv',
    'tr',
    'vi',
    'pt-BR',
    'zh-CN',
    'zh-TW',
  ],
]

/** Returns whether content can be written in the locale: `en`, `pt-BR`. */
export const isLocale = (locale: string): boolean => LOCALES.includes(locale)
