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
  if (gets_none) return '<p>You have stopped all emails. You get none of them.</p>'
  const asked = choices.find(({ type }) => type.id === link.subscription_type_id)
  const what = asked ? `“${escapeHtml(asked.type.translations[0].name)}”` : 'emails'
  const question = `<form method="post"><p>Stop ${what} to you?</p><button>Unsubscribe</button></form>`
  return choices.length ? `${question}\n${choicesForm(token, choices)}` : question
}

const choicesForm = (token: string, choices: readonly Choice[]): string => `
<form method="post" action="/unsubscribe/${encodeURIComponent(token)}/preferences">
<h2>Or choose what you get</h2>
${choices.map(checkbox).join('\n')}
<p><button>Save</button> <button name="all" value="1">Stop all emails</button></p>
</form>`

function checkbox({ type: { id, translations }, is_wanted }: Choice): string {
  const [{ name, description }] = translations
  const about = description ? `<br><small>${escapeHtml(description)}</small>` : ''
  return `<p><label><input type="checkbox" name="types" value="${id}"${is_wanted ? ' checked' : ''}> ${escapeHtml(name)}</label>${about}</p>`
}

/** @param what the name of a subscription type, or null for all emails */
export const donePage = (what: string | null): string =>
  what === null
    ? '<p>You are unsubscribed. No more emails like that one.</p>'
    : `<p>You are unsubscribed from “${escapeHtml(what)}”.</p>`

export const savedPage = (gets_none: boolean): string =>
  gets_none
    ? '<p>Saved. But you have stopped all emails, so that you get none of them.</p>'
    : '<p>Saved. You get the emails that you chose.</p>'

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
