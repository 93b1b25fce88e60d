// The pages of an unsubscribe link, for people.
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { escapeHtml } from '#lib/html.ts'
import type { SubscriptionTypeRow } from '#resources/subscription-types/queries.ts'
import type { UnsubscribeLink } from './link.ts'

/** A live type of emails, and whether the contact gets it. */
export type Choice = { type: SubscriptionTypeRow; is_wanted: boolean }

export const Page = Type.String({ contentMediaType: 'text/html', description: 'A page for people.' })

/** Asks first, because mail scanners open links too. Without types there is only one question. */
export function confirmationPage(
  token: string,
  link: UnsubscribeLink,
  { choices, gets_none }: { choices: readonly Choice[]; gets_none: boolean },
): string {
  if (gets_none) return `<p>You have stopped all emails. You get none of them.</p>${startForm(token)}`
  const asked = choices.find(({ type }) => type.id === link.subscription_type_id)
  const what = asked ? `“${escapeHtml(asked.type.translations[0].name)}”` : 'emails'
  const question = `<form method="post"><p>Stop ${what} to you?</p><button>Unsubscribe</button></form>`
  return choices.length ? `${question}\n${choicesForm(token, choices)}` : question
}

const preferencesOf = (token: string): string => `/unsubscribe/${encodeURIComponent(token)}/preferences`

/** The way back for a person who has stopped all emails. */
const startForm = (token: string): string => `
<form method="post" action="${preferencesOf(token)}">
<p><button name="start" value="1">Get emails again</button></p>
</form>`

const choicesForm = (token: string, choices: readonly Choice[], title = 'Or choose what you get'): string => `
<form method="post" action="${preferencesOf(token)}">
<h2>${title}</h2>
${choices.map(checkbox).join('\n')}
<p><button>Save</button> <button name="all" value="1">Stop all emails</button></p>
</form>`

function checkbox({ type: { id, translations }, is_wanted }: Choice): string {
  const [{ name, description }] = translations
  const about = description ? `<br><small>${escapeHtml(description)}</small>` : ''
  return `<p><label><input type="checkbox" name="types" value="${id}"${is_wanted ? ' checked' : ''}> ${escapeHtml(name)}</label>${about}</p>`
}

/** @param what the name of a subscription type, or null for all emails */
export const donePage = (token: string, what: string | null): string =>
  what === null
    ? `<p>You are unsubscribed. No more emails like that one.</p>${startForm(token)}`
    : `<p>You are unsubscribed from “${escapeHtml(what)}”.</p>`

export const savedPage = (token: string, gets_none: boolean): string =>
  gets_none
    ? `<p>Saved. But you have stopped all emails, so that you get none of them.</p>${startForm(token)}`
    : '<p>Saved. You get the emails that you chose.</p>'

export const startedPage = (token: string, choices: readonly Choice[]): string =>
  choices.length
    ? `<p>You get emails again: those that are checked.</p>${choicesForm(token, choices, 'Choose what you get')}`
    : '<p>You get emails again.</p>'

export function showPage(reply: FastifyReply, content: string): string {
  reply.type('text/html; charset=utf-8').headers(SECURITY)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Unsubscribe</title>
<body style="font: 18px/1.5 system-ui, sans-serif; max-width: 30em; margin: 15vh auto; padding: 0 1em">
${content}
</body>
</html>
`
}

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}
