// What a change does to the content of one locale: whether it is live at once, or staged as a draft.

/** What each locale has besides its texts. */
export type ContentSettings = {
  audience_ids: number[]
  ai_chatbot_availability: boolean
  ai_copilot_availability: boolean
  ai_sales_agent_availability: boolean
}

export type State = 'draft' | 'published'

/** What versions keep. */
export type Texts = {
  title: string
  description: string
  body: string
  body_markdown: string
  body_text: string
  author_id: string
}

/** A change of one locale: only what is named changes. */
export type ContentPatch = { texts: Partial<Texts>; settings: Partial<ContentSettings>; state?: State | undefined }

/** `draft`: the texts that are staged on top of the live ones. */
export type ContentTexts = { texts: Texts; state: State; draft?: Texts | undefined }

export const sameTexts = (one: Texts, other: Texts): boolean => TEXT_KEYS.every((key) => one[key] === other[key])

const TEXT_KEYS = ['title', 'description', 'body', 'body_markdown', 'author_id'] as const

/**
 * Returns the content after a change. A draft of a published content is made if one exists already and the change names no
 * state, or if the change is to be published `later`. A state that is named ends the draft: its texts become the content's.
 */
export function contentAfter(before: ContentTexts, { texts, state }: ContentPatch, later: boolean): ContentTexts {
  const is_staged = before.state === 'published' && (later ? state !== 'draft' : !state && before.draft !== undefined)
  if (is_staged) return { ...before, draft: stagedTexts(before, texts) }
  if (!state || (later && state === 'published')) return { ...before, texts: { ...before.texts, ...texts } }
  return { texts: { ...(before.draft ?? before.texts), ...texts }, state }
}

function stagedTexts({ texts: live, draft }: ContentTexts, texts: Partial<Texts>): Texts | undefined {
  return Object.keys(texts).length ? { ...(draft ?? live), ...texts } : draft
}
