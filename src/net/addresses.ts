// Which addresses are public, and which the server may connect to on behalf of a workspace.
import { BlockList, isIP } from 'node:net'

/** `10.0.0.0/8`, or a single address such as `::1`. */
export type Range = string

export const EVERYTHING: readonly Range[] = ['0.0.0.0/0', '::/0']

/** The special-purpose addresses of IANA's registries that are not globally reachable, and multicast. */
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
  '2001::/23', // protocol assignments, including Teredo, which contains an IPv4 address
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which contains an IPv4 address
  '3fff::/20', // documentation
]

/** All other IPv6 ranges (loopback, private, link-local, multicast, IPv4-mapped, NAT64) are not public. */
const PUBLIC_IPV6: Range = '2000::/3'

/** @throws if a range is invalid; settings are checked before. */
export function rangesOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const { address, bits, family } = partsOf(range)
    list.addSubnet(address, bits, family)
  }
  return list
}

/** Names that resolve only within one machine or network. RFC 6761, 6762, 8375; ICANN for `internal`. */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/i

const notPublic = rangesOf(NOT_PUBLIC)
const publicIpv6 = rangesOf([PUBLIC_IPV6])
const nothing = rangesOf([])

/** Returns whether an address (IPv4 or IPv6, not a name) is public, or allowed by the operator. */
export function mayBeCalled(address: string, allowed: BlockList): boolean {
  const [bare = ''] = address.split('%')
  const family = familyOf(bare)
  if (!family) return false
  if (allowed.check(bare, family)) return true
  return !notPublic.check(bare, family) && (family === 'ipv4' || publicIpv6.check(bare, family))
}

/** Returns whether an address (IPv4, IPv6, or IPv4 as IPv6) is in the list. */
export function isWithin(address: string, list: BlockList): boolean {
  const [bare = ''] = address.split('%')
  const family = familyOf(bare)
  return family !== undefined && list.check(bare, family)
}

/** Returns the host of a URL without the brackets that URLs put around an IPv6 address. */
export const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '')

/** Returns whether the host of a URL looks public. Makes no DNS request. */
export function looksPublic(host: string): boolean {
  const bare = withoutBrackets(host)
  if (familyOf(bare)) return mayBeCalled(bare, nothing)
  return bare.includes('.') && !PRIVATE_NAMES.test(bare)
}

/** Returns whether the host is a loopback address or `localhost`. */
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
