// The layouts of an email: `plain`, as if typed by hand, and `personal`, a card with its sender's picture and name.
import { escapeHtml } from '#lib/html.ts'

export type Layout = 'plain' | 'personal'

/** The sender that the reader sees. */
export type Sender = { name: string; avatar_url: string | null; workspace_name: string }

type Parts = { subject: string; body: string; sender: Sender; unsubscribe_url: string | null }

/**
 * Renders the HTML part. `body` is safe HTML; everything else is text. Styles are inline, because many mail programs
 * drop others.
 */
export const layouts: Record<Layout, (parts: Parts) => string> = { plain, personal }

const FONT = `font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif`
const TABLE = 'role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'

function plain({ subject, body, unsubscribe_url }: Parts): string {
  return page(
    subject,
    '',
    `<div dir="auto">${fluid(body)}</div>${
      unsubscribe_url
        ? `\n<p style="margin:32px 0 0;font-size:12px;color:#8a8f98">${unsubscribeLink(unsubscribe_url)}</p>`
        : ''
    }`,
  )
}

function personal({ subject, body, sender, unsubscribe_url }: Parts): string {
  const name = escapeHtml(sender.name || sender.workspace_name)
  const workspace = sender.name ? escapeHtml(sender.workspace_name) : ''
  return page(
    subject,
    'margin:0;padding:0;background:#f3f4f6',
    `<table ${TABLE} style="background:#f3f4f6"><tr><td align="center" style="padding:32px 12px">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
<table ${TABLE} style="max-width:600px;background:#ffffff;border:1px solid #e3e6ea;border-radius:12px;border-collapse:separate">
<tr><td style="padding:24px 28px 0">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td width="44" height="44" valign="middle">${face(sender)}</td>
<td valign="middle" style="padding-left:12px;${FONT};font-size:15px;line-height:20px;color:#1b1f24"><strong>${name}</strong>${
      workspace && `<br><span style="font-size:13px;color:#6b7280">${workspace}</span>`
    }</td>
</tr></table>
</td></tr>
<tr><td dir="auto" style="padding:12px 28px 24px;${FONT};font-size:15px;line-height:1.6;color:#1b1f24;word-break:break-word">
${fluid(body)}
</td></tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->${
      unsubscribe_url
        ? `\n<p style="margin:16px 0 0;${FONT};font-size:12px;line-height:18px;color:#8a8f98">${unsubscribeLink(unsubscribe_url)}</p>`
        : ''
    }
</td></tr></table>`,
  )
}

function page(title: string, style: string, content: string): string {
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body${style && ` style="${style}"`}>
${content}
</body>
</html>
`
}

function face({ name, avatar_url, workspace_name }: Sender): string {
  const circle = 'display:block;width:44px;height:44px;border-radius:22px'
  if (avatar_url && /^https?:\/\//i.test(avatar_url)) {
    return `<img src="${escapeHtml(avatar_url)}" width="44" height="44" alt="" style="${circle}">`
  }
  const initial = escapeHtml([...(name || workspace_name)][0]?.toUpperCase() ?? '')
  return `<div style="${circle};background:#3b5bdb;color:#ffffff;${FONT};font-size:18px;line-height:44px;text-align:center">${initial}</div>`
}

const unsubscribeLink = (url: string) => `<a href="${escapeHtml(url)}" style="color:#8a8f98">Unsubscribe</a>`

// In sanitised HTML "<img " is always the tag, because "<" is escaped in text.
const fluid = (body: string) => body.replaceAll('<img ', '<img style="max-width:100%;height:auto" ')
