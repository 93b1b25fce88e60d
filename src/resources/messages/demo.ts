// The WhatsApp templates of a demo workspace. `{{1}}` is filled by the first parameter of the BODY component, and so on.
import type { Workspace } from '#workspaces/workspace.ts'
import { saveTemplate, type TemplateRow } from './queries.ts'

const TEMPLATES: TemplateRow[] = [
  { name: 'order_update', language: 'en', category: 'UTILITY', body: 'Hello {{1}}, your order {{2}} is on its way.' },
  { name: 'order_update', language: 'de', category: 'UTILITY', body: 'Hallo {{1}}, Bestellung {{2}} ist unterwegs.' },
  { name: 'summer_sale', language: 'en', category: 'MARKETING', body: 'Hi {{1}}, {{2}} off everything until Sunday.' },
]

export async function demo(workspace: Workspace) {
  for (const template of TEMPLATES) await saveTemplate(workspace, template)
}
