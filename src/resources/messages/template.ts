// Renders WhatsApp templates with a known text, for the sandbox and the inbox.
import { paragraphs } from '#lib/html.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { CheckedMessage } from './check.ts'
import { findTemplate } from './queries.ts'

type Parameter = { text?: string; currency?: { fallback_value?: string }; date_time?: { fallback_value?: string } }

/** Returns the template's text with its parameters as HTML, or null if only the provider knows its text. */
export async function renderTemplate(
  workspace: Workspace,
  message: Pick<CheckedMessage, 'template' | 'locale' | 'components'>,
): Promise<string | null> {
  const template = await findTemplate(workspace, message.template ?? '', message.locale ?? '')
  if (!template) return null
  const values = parametersOf(message.components ?? []).map(textOf)
  return paragraphs(template.body.replace(/\{\{(\d+)\}\}/g, (_, position) => values[Number(position) - 1] ?? ''))
}

/**
 * Returns the parameters of the body. Intercom's examples write component types in upper case, Meta's in lower case.
 */
function parametersOf(components: object[]): Parameter[] {
  const body = components.find((component) => String((component as { type: string }).type).toLowerCase() === 'body')
  const { parameters } = (body ?? {}) as { parameters?: unknown }
  return Array.isArray(parameters) ? parameters.map((parameter) => parameter ?? {}) : []
}

const textOf = ({ text, currency, date_time }: Parameter): string =>
  String(text ?? currency?.fallback_value ?? date_time?.fallback_value ?? '')
