// The list of all resources. Its order is that of the chapters in the API reference, and that in which a demo is
// filled.

import type { Sql } from '#db/sql.ts'
import { mailRereader } from '#inbound/email/read-again.ts'
import inboundEmail from '#inbound/email/routes.ts'
import { takersOf } from '#inbound/takers.ts'
import inboundTwilio from '#inbound/twilio/routes.ts'
import inboundWhatsapp from '#inbound/whatsapp/routes.ts'
import type { Resource } from '#server.ts'
import { workspaceOf } from '#workspaces/workspace.ts'
import activityLogs from './activity-logs/routes.ts'
import admins from './admins/routes.ts'
import { forgetAudience as forgetInAiContent } from './ai-content/queries.ts'
import aiContent from './ai-content/routes.ts'
import articleDrafts from './articles/drafts/routes.ts'
import { countInFolder as countArticles } from './articles/fragments.ts'
import { articleTarget } from './articles/redirect-target.ts'
import articles from './articles/routes.ts'
import articleTags from './articles/tags.ts'
import articleVersions from './articles/versions/routes.ts'
import { forgetAudience as forgetInArticles } from './articles/write-queries.ts'
import { forgetAudience as forgetInAssistant } from './assistant/conversations/queries.ts'
import assistant from './assistant/conversations/routes.ts'
import attachments from './attachments/routes.ts'
import audiences from './audiences/routes.ts'
import awayStatusReasons from './away-status-reasons/routes.ts'
import banners from './banners/routes.ts'
import brands from './brands/routes.ts'
import broadcasts from './broadcasts/routes.ts'
import calls from './calls/routes.ts'
import changes from './changes/routes.ts'
import channelAccounts from './channel-accounts/routes.ts'
import companyBulk from './companies/bulk/routes.ts'
import companyNotes from './companies/notes.ts'
import companies from './companies/routes.ts'
import { segmentedCompanies } from './companies/search.ts'
import companySegments from './companies/segments.ts'
import { tagCompanies } from './companies/tags.ts'
import contactActivities from './contacts/activities.ts'
import contactBanners from './contacts/banners.ts'
import contactBulk from './contacts/bulk/routes.ts'
import { companyContacts } from './contacts/companies/attach.ts'
import contactCompanies from './contacts/companies/routes.ts'
import mergeHistory from './contacts/merge-history.ts'
import contactNotes from './contacts/notes.ts'
import contacts from './contacts/routes.ts'
import { segmentedContacts } from './contacts/search.ts'
import contactSegments from './contacts/segments.ts'
import contactSubscriptions from './contacts/subscriptions.ts'
import contactTags, { tagUsers } from './contacts/tags.ts'
import content from './content/routes.ts'
import { forgetAudience as forgetInSnippets } from './content-snippets/queries.ts'
import contentSnippets from './content-snippets/routes.ts'
import contentSnippetTags from './content-snippets/tags.ts'
import conversationAttributes from './conversation-attributes/routes.ts'
import assignmentRules from './conversations/actions/run-assignment-rules.ts'
import { assignWaiting } from './conversations/assignment/assign-waiting.ts'
import contactBlocks from './conversations/block-contact.ts'
import conversationDeletion from './conversations/deletion/routes.ts'
import macroFilling from './conversations/fill-macro.ts'
import handlingEvents from './conversations/handling-events/routes.ts'
import conversationMerging from './conversations/merging/routes.ts'
import participants from './conversations/participants/routes.ts'
import conversationParts from './conversations/parts/routes.ts'
import conversationRatings from './conversations/ratings/routes.ts'
import conversations from './conversations/routes.ts'
import sideConversations from './conversations/side/routes.ts'
import conversationSlas from './conversations/slas/routes.ts'
import conversationTags from './conversations/tags.ts'
import customChannelEvents from './custom-channels/events/routes.ts'
import customChannels from './custom-channels/routes.ts'
import customObjectInstances from './custom-object-instances/routes.ts'
import customObjectTypes from './custom-object-instances/types/routes.ts'
import dataAttributes from './data-attributes/routes.ts'
import dataConnectors from './data-connectors/routes.ts'
import dataEvents from './data-events/routes.ts'
import dataExports from './data-exports/routes.ts'
import deliveries from './deliveries/routes.ts'
import demo from './demo/routes.ts'
import ecommerce from './ecommerce/routes.ts'
import emails from './emails/routes.ts'
import realtimeEvents from './events/routes.ts'
import fin from './fin/routes.ts'
import { assertHumanInput } from './fin/settings/queries.ts'
import finSettings from './fin/settings/routes.ts'
import { matchCall } from './fin-voice/match.ts'
import finVoice from './fin-voice/routes.ts'
import folders from './folders/routes.ts'
import helpCenterPages from './help-center-pages/routes.ts'
import collections from './help-centers/collections/routes.ts'
import redirects from './help-centers/redirects/routes.ts'
import helpCenters from './help-centers/routes.ts'
import sections from './help-centers/sections/routes.ts'
import { deleteReceived } from './inbound/queries.ts'
import inboundMessages from './inbound/routes.ts'
import inbox from './inbox/routes.ts'
import { countInFolder as countInternalArticles } from './internal-articles/fragments.ts'
import { forgetAudience as forgetInInternalArticles } from './internal-articles/queries.ts'
import internalArticles from './internal-articles/routes.ts'
import internalArticleTags from './internal-articles/tags.ts'
import ipAllowlist from './ip-allowlist/routes.ts'
import jobs from './jobs/routes.ts'
import macros from './macros/routes.ts'
import merges from './merges/routes.ts'
import messages from './messages/routes.ts'
import messengerArticles from './messenger/articles/routes.ts'
import messengerNews from './messenger/news/routes.ts'
import messenger from './messenger/routes.ts'
import news from './news/routes.ts'
import notes from './notes/routes.ts'
import officeHours from './office-hours/routes.ts'
import { forgetAudience as forgetInProcedures } from './procedures/queries.ts'
import procedures from './procedures/routes.ts'
import reportingExports from './reporting-exports/routes.ts'
import requests from './requests/routes.ts'
import sandboxClock from './sandbox/clock/routes.ts'
import sandboxFaults from './sandbox/faults/routes.ts'
import sandboxMessages from './sandbox/messages/routes.ts'
import sandboxReplies from './sandbox/replies/routes.ts'
import sandbox from './sandbox/routes.ts'
import sandboxSettings from './sandbox/settings/routes.ts'
import sandboxStatuses from './sandbox/statuses/routes.ts'
import secureModeSecrets from './secure-mode-secrets/routes.ts'
import { listSegmentsNaming } from './segments/queries.ts'
import segments from './segments/routes.ts'
import signIns from './sign-ins/routes.ts'
import slas from './slas/routes.ts'
import subscriptionTypes from './subscription-types/routes.ts'
import phoneSwitch from './switch/routes.ts'
import tags from './tags/routes.ts'
import teams from './teams/routes.ts'
import ticketTypeAttributes from './ticket-types/attributes/routes.ts'
import ticketTypes from './ticket-types/routes.ts'
import ticketStates from './ticket-types/states/routes.ts'
import ticketJobs from './tickets/enqueue/routes.ts'
import ticketLinks from './tickets/links/routes.ts'
import tickets from './tickets/routes.ts'
import ticketTags from './tickets/tags.ts'
import ticketConversions from './tickets/type-routes.ts'
import emailPreferences from './unsubscribe/preferences.ts'
import unsubscribe from './unsubscribe/routes.ts'
import visitors from './visitors/routes.ts'
import capturedWebhooks from './webhooks/captured/routes.ts'
import { changeItems } from './webhooks/notification-queries.ts'
import webhookNotifications from './webhooks/notifications/routes.ts'
import webhooks from './webhooks/routes.ts'
import workflows from './workflows/routes.ts'
import workspaces from './workspaces/routes.ts'

export const RESOURCES: readonly Resource[] = [
  messages,
  contacts,
  contactBulk,
  companies(companyContacts),
  companyBulk(companyContacts),
  contactCompanies,
  contactBlocks,
  merges,
  mergeHistory,
  contactActivities,
  conversations,
  conversationParts({ forgetReceived: deleteReceived, changeNotifications: changeItems }),
  conversationAttributes,
  participants,
  conversationDeletion,
  conversationMerging,
  handlingEvents,
  sideConversations,
  assignmentRules,
  ticketTypes,
  ticketTypeAttributes,
  ticketStates,
  tickets,
  ticketJobs,
  ticketLinks,
  ticketConversions,
  ticketTags,
  tags({ users: tagUsers, companies: tagCompanies, segmentsNaming: listSegmentsNaming }),
  contactTags,
  conversationTags,
  notes,
  contactNotes,
  companyNotes,
  segments({ contacts: segmentedContacts, companies: segmentedCompanies }),
  contactSegments,
  companySegments,
  subscriptionTypes,
  contactSubscriptions,
  visitors,
  dataAttributes,
  dataEvents,
  admins({ assignWaiting }),
  activityLogs,
  teams({ assignWaiting }),
  awayStatusReasons,
  officeHours,
  macros,
  macroFilling,
  slas,
  conversationSlas,
  conversationRatings,
  audiences({
    forget: [
      forgetInArticles,
      forgetInInternalArticles,
      forgetInSnippets,
      forgetInAiContent,
      forgetInProcedures,
      forgetInAssistant,
    ],
  }),
  folders({ counts: [countArticles, countInternalArticles] }),
  internalArticles,
  internalArticleTags,
  contentSnippets,
  contentSnippetTags,
  articles,
  articleDrafts,
  articleVersions,
  articleTags,
  helpCenters,
  collections,
  sections,
  redirects({ articleTarget }),
  helpCenterPages,
  brands,
  emails,
  customObjectTypes,
  customObjectInstances,
  dataConnectors,
  ecommerce,
  phoneSwitch,
  calls({ matchCall }),
  finVoice,
  dataExports,
  reportingExports,
  jobs,
  aiContent,
  content,
  news,
  banners,
  contactBanners,
  workflows,
  customChannelEvents,
  customChannels,
  secureModeSecrets,
  ipAllowlist,
  broadcasts,
  assistant,
  fin,
  finSettings,
  procedures({ assertHumanInput }),
  webhooks,
  webhookNotifications,
  realtimeEvents,
  changes,
  channelAccounts,
  deliveries,
  requests,
  inbox,
  inboundMessages({ takersOf, rereaderOf: mailRereader }),
  messenger,
  messengerArticles,
  messengerNews,
  demo,
  sandboxMessages,
  sandbox,
  sandboxReplies,
  sandboxStatuses,
  sandboxFaults,
  capturedWebhooks,
  sandboxClock,
  sandboxSettings,
  signIns,
  workspaces,
  attachments,
  unsubscribe,
  emailPreferences,
  inboundEmail,
  inboundTwilio,
  inboundWhatsapp,
]

/**
 * Fills a new workspace with demo data, so that every read of the API has something to return from the first minute.
 */
export async function fillWithDemo(sql: Sql, { id, admin_id }: { id: string; admin_id: string }): Promise<void> {
  const workspace = workspaceOf(sql, { workspace_id: id, admin_id })
  for (const resource of RESOURCES) await resource.demo?.(workspace)
}
