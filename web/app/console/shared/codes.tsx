// An error code of a provider, with where it is explained.
type Family = { pattern: RegExp; text(match: RegExpExecArray): string; url(match: RegExpExecArray): string }

const FAMILIES: Family[] = [
  {
    pattern: /^smtp_(\d{3})/,
    text: ([, code = '']) =>
      `SMTP answered ${code}: ${code.startsWith('4') ? 'try again later' : 'it will not be accepted'}.`,
    url: () => 'https://www.rfc-editor.org/rfc/rfc3463',
  },
  {
    pattern: /^(2|3|6)\d{4}$/,
    text: () => 'An error code of Twilio.',
    url: ([code]) => `https://www.twilio.com/docs/api/errors/${code}`,
  },
  {
    pattern: /^1\d{5}$|^\d{3}$/,
    text: () => 'An error code of the WhatsApp Cloud API.',
    url: () => 'https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes',
  },
]

export function Codes({ code }: { code: string }) {
  for (const { pattern, text, url } of FAMILIES) {
    const match = pattern.exec(code)
    if (match)
      return (
        <span>
          <code>{code}</code> <span class="quiet">{text(match)}</span>{' '}
          <a href={url(match)} target="_blank" rel="noopener noreferrer">
            Explained
          </a>
        </span>
      )
  }
  return <code>{code}</code>
}
