// A help center with a collection and a redirect, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    help_center: string
    collection: string
    parent_collection: string
    redirect: string
  }
}

/** Ids are unique on the server, so that no two workspaces have the same domain. */
const domainOf = (help_center: string) => `center-${help_center}.help.example`

const redirect = (help_center: string, path: string, target_id: string) => ({
  from_url: `https://${domainOf(help_center)}${path}`,
  ...{ locale: 'en', target_type: 'collection', target_id },
})

export default {
  provides: ['help_center', 'collection', 'parent_collection', 'redirect'],
  async create({ post, call, workspace: { id } }) {
    const help_center = await post('/extensions/help_centers', {
      ...{ identifier: `center-${id}`, display_name: `Center of ${id}`, locales: ['en', 'fr'] },
    })
    await call(`PUT /extensions/help_centers/${help_center.id}`, { custom_domain: domainOf(help_center.id) })
    const collection = await post('/help_center/collections', {
      ...{ name: `Collection of ${id}`, help_center_id: help_center.id },
    })
    const parent = await post('/help_center/collections', { name: `Parent of ${id}`, help_center_id: help_center.id })
    const path = `/help_center/help_centers/${help_center.id}/redirects`
    const { id: redirect_id } = await post(path, redirect(help_center.id, '/old', collection.id))
    return {
      ...{ help_center: help_center.id, collection: collection.id, parent_collection: parent.id },
      redirect: redirect_id,
    }
  },
  attempts: {
    retrieveHelpCenter: ({ help_center }) => [[`GET /help_center/help_centers/${help_center}`]],
    updateHelpCenter: ({ help_center }) => [[`PUT /extensions/help_centers/${help_center}`, { display_name: 'Taken' }]],
    createCollection: (their) => [
      ['POST /help_center/collections', { name: 'Taken', parent_id: their.collection }],
      ['POST /help_center/collections', { name: 'Taken', help_center_id: their.help_center }],
    ],
    retrieveCollection: ({ collection }) => [[`GET /help_center/collections/${collection}`]],
    updateCollection: (their, my) => [
      [`PUT /help_center/collections/${their.collection}`, { name: 'Taken' }],
      [`PUT /help_center/collections/${my.collection}`, { parent_id: their.parent_collection }],
    ],
    listHelpCenterRedirects: ({ help_center }) => [[`GET /help_center/help_centers/${help_center}/redirects`]],
    createHelpCenterRedirect: (their, my) => [
      [
        `POST /help_center/help_centers/${their.help_center}/redirects`,
        redirect(their.help_center, '/a', my.collection),
      ],
      [`POST /help_center/help_centers/${my.help_center}/redirects`, redirect(my.help_center, '/b', their.collection)],
    ],
    retrieveHelpCenterRedirect: (their, my) => [
      [`GET /help_center/help_centers/${their.help_center}/redirects/${their.redirect}`],
      [`GET /help_center/help_centers/${my.help_center}/redirects/${their.redirect}`],
    ],
  },
  removals: {
    deleteHelpCenterRedirect: (their, my) => [
      [`DELETE /help_center/help_centers/${my.help_center}/redirects/${their.redirect}`],
    ],
    deleteCollection: ({ collection }) => [[`DELETE /help_center/collections/${collection}`]],
    deleteHelpCenter: ({ help_center }) => [[`DELETE /extensions/help_centers/${help_center}`]],
  },
  lists: {
    listHelpCenters: () => [['GET /help_center/help_centers']],
    listAllCollections: () => [['GET /help_center/collections']],
  },
  // It names no object.
  tested_elsewhere: ['createHelpCenter'],
  ids: {
    help_centers: ['help_center'],
    help_center_id: ['help_center'],
    collections: ['collection', 'parent_collection'],
    parent_id: ['collection', 'parent_collection'],
    parent_ids: ['collection'],
    redirects: ['redirect'],
    target_id: ['collection', 'redirect'],
  },
} satisfies Fixture
