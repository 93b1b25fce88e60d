// The kinds of values that a setting from the environment can have.

import { withEncodedPassword } from './url-login.ts'

/** `must_be` completes the sentence "… must be …". `read` returns undefined for any other text. */
export type Kind<T> = { must_be: string; read(text: string): T | undefined }

export const numberFrom = (least: number, most: number): Kind<number> => ({
  must_be: `a number from ${least} to ${most}`,
  read: (text) => (/^\d{1,9}$/.test(text) && +text >= least && +text <= most ? +text : undefined),
})

export const oneOf = <const Choice extends string>(...choices: Choice[]): Kind<Choice> => ({
  must_be: `one of ${choices.join(', ')}`,
  read: (text) => choices.find((choice) => choice === text),
})

export const like = (pattern: RegExp, must_be: string): Kind<string> => ({
  must_be,
  read: (text) => (pattern.test(text) ? text : undefined),
})

/** An absolute URL without a trailing slash. */
export const url = (protocols: string[], example: string): Kind<string> => ({
  must_be: `a URL such as ${example}`,
  read: (text) => {
    const parsed = URL.parse(text)
    return parsed && protocols.includes(parsed.protocol) ? text.replace(/\/+$/, '') : undefined
  },
})

/** The same, with a password that may hold any character. */
export const urlWithPassword = (protocols: string[], example: string): Kind<string> => {
  const { must_be, read } = url(protocols, example)
  return { must_be, read: (text) => read(withEncodedPassword(text)) }
}

export const onOrOff: Kind<boolean> = {
  must_be: '1 or 0',
  read: (text) => ({ 1: true, true: true, 0: false, false: false })[text.toLowerCase()],
}

export const anyText: Kind<string> = { must_be: 'a text', read: (text) => text }
