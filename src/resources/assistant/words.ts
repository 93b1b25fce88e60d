// What people write to the assistant besides questions, and what it says itself, in English and French.

export type Language = 'en' | 'fr'

const FRENCH =
  /\b(?:je|nous|vous|le|la|les|des|une|est|mon|ma|mes|pas|pour|avec|comment|quand|combien|où|puis|merci)\b/gi
const ENGLISH = /\b(?:i|we|you|the|a|an|is|my|not|for|with|how|when|what|where|can|do|please|thanks)\b/gi

/** Returns the language of a text by its short words. Default: English. */
export const languageOf = (text: string): Language =>
  (text.match(FRENCH)?.length ?? 0) > (text.match(ENGLISH)?.length ?? 0) ? 'fr' : 'en'

const PERSON =
  "human(?: being)?|person|agent|representative|rep|operator|teammate|someone|somebody|humain|personne|conseill(?:er|ère)|agent|quelqu[’']un|opérat(?:eur|rice)"
const ASKS_FOR_PERSON = new RegExp(
  `\\b(?:talk|speak|chat|connect(?: me)?|transfer(?: me)?|get me|escalate|parler|discuter|joindre|transf[ée]re[rz]?(?:-moi)?|passe[rz]?(?:-moi)?)\\b[^.?!]{0,40}(?:${PERSON})(?![\\p{L}])`,
  'iu',
)
const NAMES_A_PERSON =
  /^\W*(?:(?:a |real |live |un |une )*(?:human|agent|person|humain|conseiller)(?: please| s'il vous pla[iî]t)?)\W*$/iu

/** Whether the text asks for a person instead of an answer. */
export const asksForPerson = (text: string): boolean => ASKS_FOR_PERSON.test(text) || NAMES_A_PERSON.test(text)

const LONGEST_THANKS = 80
const THANKS =
  /^\W*(?:(?:ok(?:ay)?|great|perfect|super|parfait|yes|oui)\W+)*(?:thanks?|thank you|thx|merci|that (?:helped|helps|worked|works|solved it)|it works|problem solved|c[’'‘]est (?:bon|parfait|réglé)|ça marche)\b(?![^.!]*\?)/iu
/** What follows the thanks if it was not all: `thanks, but …`. */
const MORE = /\b(?:but|mais|however|still|not|pas|another|autre)\b|\?/iu

/** Whether the text only says that the answer helped. */
export const isThanks = (text: string): boolean =>
  text.length <= LONGEST_THANKS && THANKS.test(text) && !MORE.test(text)

export const WORDS = {
  en: {
    nothing: 'I could not find an answer to that.',
    handed_over: 'I am handing you over to the team.',
    resolved: 'Glad that helped!',
    unclear: 'What would you like to know?',
    greeting: (name: string | null) => (name ? `Hi ${name},` : 'Hello,'),
    closing: 'Best regards',
  },
  fr: {
    nothing: 'Je n’ai pas trouvé de réponse à cette question.',
    handed_over: 'Je vous transmets à l’équipe.',
    resolved: 'Heureux d’avoir pu vous aider !',
    unclear: 'Que souhaitez-vous savoir ?',
    greeting: (name: string | null) => (name ? `Bonjour ${name},` : 'Bonjour,'),
    closing: 'Cordialement',
  },
} as const satisfies Record<Language, object>
