// The screens of the Console, in the order of the rail. Each is loaded when it is opened.
import type { LucideIcon } from 'lucide-preact'
import {
  ArrowLeftRight,
  FlaskConical,
  MessagesSquare,
  Send,
  Settings as SettingsIcon,
  Truck,
  Users,
  Webhook,
} from 'lucide-preact'
import type { FunctionComponent } from 'preact'

export type Screen = {
  name: string
  path: string
  /** The second key of `g …`. */
  key: string
  icon: LucideIcon
  load(): Promise<{ default: FunctionComponent }>
}

export const SCREENS: readonly Screen[] = [
  {
    ...{ name: 'Messages', path: '/console/messages', key: 'm', icon: Send },
    load: () => import('./console/messages/messages.tsx'),
  },
  {
    ...{ name: 'Deliveries', path: '/console/deliveries', key: 'd', icon: Truck },
    load: () => import('./console/deliveries/deliveries.tsx'),
  },
  {
    ...{ name: 'Conversations', path: '/console/conversations', key: 'v', icon: MessagesSquare },
    load: () => import('./console/conversations/conversations.tsx'),
  },
  {
    ...{ name: 'Contacts', path: '/console/contacts', key: 'c', icon: Users },
    load: () => import('./console/contacts/contacts.tsx'),
  },
  {
    ...{ name: 'Webhooks', path: '/console/webhooks', key: 'w', icon: Webhook },
    load: () => import('./console/webhooks/webhooks.tsx'),
  },
  {
    ...{ name: 'Requests', path: '/console/requests', key: 'r', icon: ArrowLeftRight },
    load: () => import('./console/requests/requests.tsx'),
  },
  {
    ...{ name: 'Sandbox', path: '/console/sandbox', key: 's', icon: FlaskConical },
    load: () => import('./console/sandbox/sandbox.tsx'),
  },
]

/** At the end of the rail, behind the name of the teammate. */
export const SETTINGS: Screen = {
  ...{ name: 'Settings', path: '/settings', key: ',', icon: SettingsIcon },
  load: () => import('./settings/settings.tsx'),
}

export const ALL_SCREENS: readonly Screen[] = [...SCREENS, SETTINGS]

/** Returns the screen that a path of an address opens. */
export const screenAt = (pathname: string): Screen | undefined =>
  ALL_SCREENS.find(({ path }) => pathname.startsWith(path))
