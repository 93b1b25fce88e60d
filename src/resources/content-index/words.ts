// The words of a text, as the index of content has them: in lower case, without accents.

const MAX_WORDS = 20
/** Also the limit of the index. */
const MAX_LENGTH = 30

/** Scripts that are written without spaces, and Hangul, whose words end in particles. */
const UNSPACED =
  '\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3005-\\u3007\\u3041-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}'
const LETTERS = '\\p{L}\\p{N}\\p{M}'
const WORD = new RegExp(`([${UNSPACED}]+)|((?:(?![${UNSPACED}])[${LETTERS}])+)`, 'gu')

/** `text` is as it was written, `word` as the index has it. The characters of a script without spaces come two by two. */
export type Word = { word: string; text: string; is_unspaced: boolean }

/** Yields the words of a text as they are written, and where. What is written without spaces is one word here. */
export function* wordsIn(text: string): Generator<{ text: string; start: number; is_unspaced: boolean }> {
  for (const { 0: word, 1: unspaced, index } of text.matchAll(WORD))
    yield { text: word, start: index, is_unspaced: unspaced !== undefined }
}

const LIGATURES: Record<string, string> = { ß: 'ss', œ: 'oe', æ: 'ae', ø: 'o', ł: 'l', đ: 'd', ı: 'i' }

/** Returns the text in lower case, without accents. `content_folded` in the migrations does the same. */
export const foldText = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[ßœæøłđı]/g, (letter) => LIGATURES[letter] as string)
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')

/** Returns the first words of a phrase, each once. */
export function wordsOf(phrase: string): Word[] {
  const found = new Map<string, Word>()
  for (const { text, is_unspaced } of wordsIn(phrase.normalize('NFC').toLowerCase())) {
    const folded = foldText(text)
    const words = is_unspaced ? pairs([...folded]) : [folded.slice(0, MAX_LENGTH)]
    for (const word of words) if (word && !found.has(word)) found.set(word, { word, text, is_unspaced })
  }
  return [...found.values()].slice(0, MAX_WORDS)
}

const pairs = (characters: readonly string[]): string[] =>
  characters.length === 1 ? [...characters] : characters.slice(1).map((character, at) => characters[at] + character)
