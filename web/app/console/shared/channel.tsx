// The channel of a message, as an icon with its name for screen readers.
import { Mail, MessageCircle, MessageSquare, Smartphone } from 'lucide-preact'

const CHANNELS = {
  email: { icon: Mail, name: 'Email' },
  inapp: { icon: MessageSquare, name: 'In-app' },
  sms: { icon: Smartphone, name: 'SMS' },
  whatsapp: { icon: MessageCircle, name: 'WhatsApp' },
}

export const CHANNEL_NAMES = Object.keys(CHANNELS)
export const STATUSES = ['queued', 'sent', 'delivered', 'read', 'failed']

export function Channel({ channel }: { channel: string }) {
  const { icon: Icon, name } = CHANNELS[channel as keyof typeof CHANNELS] ?? { icon: Mail, name: channel }
  return (
    <span class="channel" title={name}>
      <Icon size={16} aria-hidden="true" />
      <span class="unseen">{name}</span>
    </span>
  )
}
