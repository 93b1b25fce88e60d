// The help center of a demo workspace: in English and French, with collections, and articles in several states.
import { contentOf } from '#content/content.ts'
import { createCollection } from '#resources/help-centers/collections/save.ts'
import { defaultHelpCenter } from '#resources/help-centers/queries.ts'
import { changeHelpCenter } from '#resources/help-centers/save.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { createArticle } from './save.ts'

/** Addresses in its events are relative, because a demo does not know the server's URL. */
const SAVING = { public_url: '' }

const english =
  '<h2>First steps</h2><p>Create a token, then send your <b>first message</b>.</p><ul><li>By email</li><li>By SMS</li></ul>'
const french = '<h2>Premiers pas</h2><p>Créez un jeton, puis envoyez votre <b>premier message</b>.</p>'

export async function demo(workspace: Workspace) {
  const help_center = await defaultHelpCenter(workspace)
  await changeHelpCenter(workspace, help_center.id, { locales: ['en', 'fr'] })
  const { id: parent_id } = await createCollection(workspace, {
    name: 'Getting started',
    description: 'All that you need on the first day',
    translated_content: { fr: { name: 'Pour commencer', description: 'Tout pour le premier jour' } } as object,
  })
  const { id } = await createCollection(workspace, {
    name: 'Messages',
    parent_id,
    translated_content: { fr: { name: 'Messages' } } as object,
  })
  const bodies = new Map([
    ['', contentOf(english)],
    ['fr', contentOf(french)],
  ])
  await createArticle(
    workspace,
    {
      title: 'Send your first message',
      description: 'In five minutes',
      author_id: workspace.admin_id,
      state: 'published',
      parent_ids: [parent_id, id],
      translated_content: { fr: { title: 'Envoyez votre premier message', state: 'published' } } as object,
    },
    bodies,
    SAVING,
  )
  await createArticle(
    workspace,
    { title: 'Refunds', author_id: workspace.admin_id, parent_ids: [parent_id] },
    new Map([['', contentOf('<p>Not yet published.</p>')]]),
    SAVING,
  )
}
