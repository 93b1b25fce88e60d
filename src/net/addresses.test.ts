// Which addresses the server may connect to on behalf of a workspace.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRange, looksPublic, mayBeCalled, rangesOf } from './addresses.ts'

const nothing = rangesOf([])
const refused = (addresses: string[], allowed = nothing) =>
  assert.deepEqual(
    addresses.filter((address) => mayBeCalled(address, allowed)),
    [],
  )
const passed = (addresses: string[], allowed = nothing) =>
  assert.deepEqual(
    addresses.filter((address) => !mayBeCalled(address, allowed)),
    [],
  )

test('private, loopback, link-local, shared, reserved and multicast IPv4 addresses are refused, to their edges', () => {
  refused(['0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.0', '100.127.255.255'])
  refused(['127.0.0.1', '127.255.255.255', '169.254.0.0', '169.254.169.254', '172.16.0.0', '172.31.255.255'])
  refused(['192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.0.0', '192.168.255.255', '198.18.0.0', '198.19.255.255'])
  refused(['198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'])
})

test('IPv6 addresses are refused unless they are global, and so are those that contain an IPv4 address', () => {
  refused(['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'ff02::1', 'fec0::1', '100::1'])
  refused(['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::127.0.0.1', '::ffff:8.8.8.8'])
  refused(['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', '3fff::1', '4000::1'])
})

test('a text that is not an address is refused', () =>
  refused(['', 'localhost', '1.2.3', '1.2.3.4.5', '0x7f.1', ':::']))

test('all public addresses are allowed', () => {
  passed(['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255'])
  passed(['172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0', '223.255.255.255', '2606:4700::1111'])
})

test('the operator can allow ranges and single addresses', () => {
  const some = rangesOf(['10.1.0.0/16', '192.168.1.7', 'fd00::/8'])
  passed(['10.1.2.3', '::ffff:10.1.2.3', '192.168.1.7', 'fd00::1', '8.8.8.8'], some)
  refused(['10.2.0.1', '192.168.1.8', 'fc00::1', '127.0.0.1'], some)
  passed(['127.0.0.1', '::1', '169.254.169.254'], rangesOf(['0.0.0.0/0', '::/0']))
})

test('a range is an address with or without a prefix length', () => {
  for (const text of ['10.0.0.0/8', '10.0.0.1', '::/0', 'fd00::/8', '0.0.0.0/0']) assert.ok(isRange(text), text)
  for (const text of ['', '10.0.0.0/33', '::/129', '10/8', 'example.com', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1'])
    assert.ok(!isRange(text), text)
})

test('a host name counts as public unless the name itself is private', () => {
  const hidden = ['localhost', 'LOCALHOST', 'a.localhost.', 'mailpit', 'nas.local', 'db.internal', 'x.home.arpa']
  for (const host of [...hidden, '127.0.0.1', '100.64.0.1', '[::1]', '[fd00::1]'])
    assert.equal(looksPublic(host), false, host)
  for (const host of ['example.com', 'local.example.com', '93.184.216.34', '[2606:2800:220:1::1]'])
    assert.equal(looksPublic(host), true, host)
})
