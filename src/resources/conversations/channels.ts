// The channel that a conversation began on, by its names: to the API `conversation` is what deliveries call `inapp`.
import type { ChannelName } from '#channels/channel.ts'
import type { ConversationRow } from './queries.ts'

type SourceType = ConversationRow['source_type']

export const channelOf = ({ source_type }: Pick<ConversationRow, 'source_type'>): ChannelName =>
  source_type === 'conversation' ? 'inapp' : source_type

export const sourceTypeOf = (channel: ChannelName): SourceType => (channel === 'inapp' ? 'conversation' : channel)

/** As the `channel` of a conversation names it. */
export const channelName = ({ source_type }: ConversationRow): string =>
  source_type === 'conversation' ? 'messenger' : source_type
