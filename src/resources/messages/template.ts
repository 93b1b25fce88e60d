// WhatsApp templates as far as we know their text: what the recipient will read, for the sandbox and the inbox.
import { paragraphs } from '#lib/html.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { CheckedMessage } from './check.ts'
import { findTemplate } from './queries.ts'

type Parameter = { text?: string; currency?: { fallback_value?: string }; date_time?: { fallback_value?: string } }

/** The template's text with its parameters, as HTML; null where the template's text is only known to the provider. */
export async function renderTemplate(
  workspace: Workspace,
  message: Pick<CheckedMessage, 'template' | 'locale' | 'components'>,
): Promise<string | null> {
  const template = await findTemplate(workspace, message.template ?? '', message.locale ?? '')
  if (!template) return null
  const values = parametersOf(message.components ?? []).map(textOf)
  return paragraphs(template.body.replace(/\{\{(\d+)\}\}/g, (_, position) => values[Number(position) - 1] ?? ''))
}

/** Of the body: Intercom's examples write component types in capitals, Meta's in small letters. */
function parametersOf(components: object[]): Parameter[] {
  const body = components.find((component) => String((component as { type: string }).type).toLowerCase() === 'body')
  const { parameters } = (body ?? {}) as { parameters?: unknown }
  return Array.isArray(parameters) ? parameters.map((parameter) => parameter ?? {}) : []
}

const textOf = ({ text, currency, date_time }: Parameter): string =>
  String(text ?? currency?.fallback_value ?? date_time?.fallback_value ?? '')
