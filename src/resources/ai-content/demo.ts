// The import source of a demo workspace, with a page. The assistant answers with it.
import { contentOf } from '#content/content.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { ingestPage } from './save-page.ts'
import { createSource } from './save-source.ts'

export async function demo(workspace: Workspace) {
  const { id: source_id } = await createSource(workspace, { sync_behavior: 'api', url: 'https://example.com/handbook' })
  const html = '<h1>Opening hours</h1><p>We answer from Monday to Friday, nine to five.</p>'
  const page = {
    title: 'Opening hours',
    html,
    url: 'https://example.com/handbook/opening-hours',
    locale: 'en' as const,
    source_id,
    external_id: 'opening-hours',
    ai_agent_availability: true,
    ai_copilot_availability: true,
  }
  await ingestPage(workspace, page, contentOf(html).body_text)
}
