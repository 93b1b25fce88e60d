// Which addresses of the internet may be called on behalf of somebody else, and which are nobody's but ours.
import { BlockList, isIP } from 'node:net'

/** `10.0.0.0/8`, `::1`: an address stands for itself alone. */
export type Range = string

export const EVERYTHING: readonly Range[] = ['0.0.0.0/0', '::/0']

/** What is not reachable from everywhere, by IANA's registries of special-purpose addresses, and multicast. */
const NOT_PUBLIC: Range[] = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, where clouds keep their metadata
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '2001::/23', // protocol assignments, Teredo among them: an IPv4 address within
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: an IPv4 address within
  '3fff::/20', // documentation
]

/** Of IPv6 nothing else is public: loopback, private, link-local, multicast, IPv4-mapped and NAT64 lie outside. */
const PUBLIC_IPV6: Range = '2000::/3'

/** @throws where one of them is none: they come from settings that have been checked. */
export function rangesOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const { address, bits, family } = partsOf(range)
    list.addSubnet(address, bits, family)
  }
  return list
}

/** Names that mean something within one machine or network alone. RFC 6761, 6762, 8375; ICANN for `internal`. */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i

const notPublic = rangesOf(NOT_PUBLIC)
const publicIpv6 = rangesOf([PUBLIC_IPV6])
const nothing = rangesOf([])

/** Whether an address (IPv4 or IPv6, not a name) is one that everybody can reach, or that the operator has allowed. */
export function mayBeCalled(address: string, allowed: BlockList): boolean {
  const [bare = ''] = address.split('%')
  const family = familyOf(bare)
  if (!family) return false
  if (allowed.check(bare, family)) return true
  return !notPublic.check(bare, family) && (family === 'ipv4' || publicIpv6.check(bare, family))
}

/** The host of a URL, where it is an IPv6 address, as everything but URLs writes it. */
export const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '')

/** Whether the host of a URL is public, as far as can be told without the DNS. */
export function looksPublic(host: string): boolean {
  const bare = withoutBrackets(host)
  if (familyOf(bare)) return mayBeCalled(bare, nothing)
  return bare.includes('.') && !PRIVATE_NAMES.test(bare)
}

/** Whether it is this machine, as only this machine reaches it. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host)

export function isRange(text: string): boolean {
  const { address, bits, family } = partsOf(text)
  return Boolean(familyOf(address)) && Number.isInteger(bits) && bits >= 0 && bits <= (family === 'ipv4' ? 32 : 128)
}

function partsOf(range: Range) {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? []
  const family = familyOf(address) ?? 'ipv4'
  const bits = prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix)
  return { address, bits, family }
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const family = isIP(address)
  return family ? `ipv${family as 4 | 6}` : undefined
}
