// Topics that Intercom's documents and its notifications name differently: both names are accepted.

/** The name in recorded notifications, and the documented one, which is that of the event. */
const DOCUMENTED: Record<string, string> = { 'contact.unarchived': 'contact.unarchive' }

/** Returns the topic of events that a subscription means by a name. */
export const topicOf = (name: string): string => DOCUMENTED[name] ?? name

/** Returns the name under which a subscription wants the events of a topic; undefined if it wants none. */
export const nameFor = (names: readonly string[], topic: string): string | undefined =>
  names.find((name) => topicOf(name) === topic)
