// Intercom's own clients for Ruby, Python and PHP, as they are published. Each script does what a program with that client
// does; it is skipped where the client is not installed.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { checkout, interpreterOf, needs, searchPath } from './find.ts'
import { type Redirect, redirectTo } from './redirect.ts'
import { newWorkspace, post, resultsOf, serverUrl } from './run.ts'

// biome-ignore lint/suspicious/noExplicitAny: the scripts decide what is in it
type Results = any

const SEARCHED = ['search0@example.com', 'search1@example.com', 'search2@example.com']

async function workspaceWithTeam(name: string) {
  const workspace = await newWorkspace(name)
  await post(workspace.token, '/extensions/teams', { name: 'Support', admin_ids: [workspace.admin_id] })
  return workspace
}

const ruby = interpreterOf(['ruby'], ['-r', 'intercom', '-e', ''], {
  environment: { RUBYLIB: searchPath(checkout('intercom-ruby', 'lib')) },
})

describe('intercom-ruby', needs(ruby, 'Ruby with the gem intercom'), () => {
  let results: Results
  before(async () => {
    const { token } = await workspaceWithTeam('Ruby')
    results = await resultsOf(ruby!, 'ruby.rb', { BASE_URL: await serverUrl(), TOKEN: token })
  })

  test('each refusal has the class that the library has for it', () => {
    const { rate_limit_reset, ...errors } = results.errors
    const classes = Object.fromEntries(Object.entries(errors).map(([name, [of]]: Results) => [name, of]))
    const lacking = 'Intercom::ResourceNotFound'
    assert.deepEqual(classes, {
      unauthorized: 'Intercom::AuthenticationError',
      version: 'Intercom::ApiVersionInvalid',
      unknown_contact: lacking,
      unknown_admin: lacking,
      empty_contact: 'Intercom::BadRequestError',
      duplicate: 'Intercom::MultipleMatchingUsersError',
      bad_search: 'Intercom::UnexpectedError',
      unknown_conversation: lacking,
      bad_message: 'Intercom::BadRequestError',
      only_older: 'Intercom::ApiVersionInvalid',
      rate_limit: 'Intercom::RateLimitExceeded',
      unavailable: 'Intercom::ServiceUnavailableError',
    })
    assert.match(errors.duplicate[1], /^A contact matching those details already exists with id=\w{24}$/)
    assert.ok(rate_limit_reset > 1_700_000_000)
  })

  test('after a 429 the library waits until the limit is reset, and asks again', () => {
    assert.match(results.retried, /^\d+$/)
  })

  test('admins, teams, contacts and their pages', () => {
    assert.deepEqual(results.me, ['ada@example.com', 'Intercom::App'])
    assert.deepEqual([results.admins, results.admin], [['Ada Admin'], 'Ada Admin'])
    assert.deepEqual(results.team, ['Support', true])
    assert.deepEqual(results.contact, ['Ann A.', 'user', 'lead'])
    assert.deepEqual(results.searched, SEARCHED)
    assert.equal(results.listed, 6)
    assert.deepEqual(results.deleted, [true, 'Intercom::ResourceNotFound'])
    assert.equal(results.custom, 'gold')
  })

  test('tags, notes, messages and data attributes', () => {
    assert.deepEqual([results.tags_of_contact, results.tags, results.tags_left], [['VIP'], ['Bulk', 'VIP'], ['Bulk']])
    assert.deepEqual([results.notes, results.note], [[3, '<p>Note 0</p>', 'ada@example.com'], '<p>Note 2</p>'])
    assert.deepEqual(results.message, ['Intercom::Message', 'inapp', 'Hello'])
    assert.deepEqual(results.attribute, ['custom_attributes.plan', 'What they pay for'])
    assert.equal(results.attributes, true)
  })

  test('a conversation is replied to, assigned, snoozed, opened, closed and found', () => {
    assert.deepEqual(results.conversation, ['Intercom::Conversation', '<p>We will look</p>', true])
    assert.deepEqual(results.states, [true, 'snoozed', 'open', 'closed'])
    const parts = ['comment', 'comment', 'note', 'comment', 'assignment', 'snoozed', 'open', 'close']
    assert.deepEqual(results.found, [true, '<p>My order is late</p>', true, 0, true, parts])
    assert.deepEqual([results.conversations, results.conversations_searched], [true, true])
  })
})

// What the package needs is loaded only when it is used.
const USES_PYTHON = 'import intercom; intercom.SingleFilterSearchRequest'
const python = interpreterOf([checkout('venv', 'bin', 'python3'), 'python3', '/usr/bin/python3'], ['-c', USES_PYTHON], {
  environment: { PYTHONPATH: searchPath(checkout('python-intercom', 'src')) },
})

describe('python-intercom', needs(python, 'Python with the package python-intercom 5'), () => {
  let results: Results
  before(async () => {
    const { token } = await workspaceWithTeam('Python')
    results = await resultsOf(python!, 'python.py', { BASE_URL: await serverUrl(), TOKEN: token })
  })

  test('each refusal has its class, status and code', () => {
    const errors = Object.fromEntries(
      Object.entries(results.errors).map(([name, [of, status, code]]: Results) => [name, `${of} ${status} ${code}`]),
    )
    assert.deepEqual(errors, {
      unauthorized: 'ApiError 401 unauthorized',
      version: 'ApiError 400 intercom_version_invalid',
      unknown_contact: 'ApiError 404 not_found',
      unknown_note: 'NotFoundError 404 not_found',
      empty_contact: 'ApiError 400 parameter_not_found',
      duplicate: 'ApiError 409 conflict',
      bad_search: 'ApiError 400 invalid_field',
      unknown_tag: 'NotFoundError 404 not_found',
      unknown_company: 'NotFoundError 404 company_not_found',
      rate_limit: 'ApiError 429 rate_limit_exceeded',
      server_error: 'ApiError 500 server_error',
    })
  })

  test('after a 429 the library waits as Retry-After says, and asks again', () => {
    assert.equal(results.retried, 'list')
  })

  test('companies and segments', () => {
    assert.deepEqual([results.companies, results.segments], [['Acme'], true])
  })

  test('admins, teams, contacts and their pages', () => {
    assert.deepEqual(
      [results.me, results.admins, results.admin],
      [['ada@example.com', true], ['Ada Admin'], 'Ada Admin'],
    )
    assert.deepEqual([results.away, results.away_reasons], [true, true])
    assert.deepEqual(results.team, ['Support', true])
    assert.deepEqual(results.contact, ['Ann A.', 'user', 'lead', 'location', 0])
    assert.equal(results.by_external_id, true)
    assert.deepEqual([results.searched, results.listed], [SEARCHED, 6])
    assert.deepEqual(
      [results.archived, results.deleted],
      [
        [true, false],
        [true, 'ApiError'],
      ],
    )
    assert.equal(results.custom, 'gold')
  })

  test('tags, notes, messages and data attributes', () => {
    assert.deepEqual([results.tags_of_contact, results.tags], [['VIP'], ['Bulk', 'VIP']])
    assert.deepEqual(results.notes, ['<p>Note 2</p>', '<p>Note 1</p>', '<p>Note 0</p>'])
    assert.equal(results.note_author, 'ada@example.com')
    assert.deepEqual(results.message, ['admin_message', 'inapp', 'Hello'])
    assert.equal(results.attributes, 'What they pay for')
  })

  test('a conversation is replied to, assigned, snoozed, opened, closed and found', () => {
    assert.deepEqual(results.conversation, ['user_message', '<p>We will look</p>', true])
    assert.deepEqual(results.states, [true, 'snoozed', 'open', 'closed'])
    const parts = ['comment', 'comment', 'comment', 'assignment', 'snoozed', 'open', 'close']
    assert.deepEqual(results.found, [true, 'My order is late', true, 0, true, ['VIP'], parts])
    assert.deepEqual([results.conversations, results.conversations_searched], [true, true])
  })
})

const autoload = checkout('intercom-php', 'vendor', 'autoload.php')
const openssl = interpreterOf(['openssl'], ['version'])
const USES_PHP = 'require getenv("AUTOLOAD"); new Intercom\\IntercomClient("x");'
const php =
  autoload === undefined || !openssl
    ? undefined
    : interpreterOf(['php'], ['-r', USES_PHP], { environment: { AUTOLOAD: autoload } })

describe('intercom-php', needs(php, 'PHP with the package intercom/intercom-php, or openssl,'), () => {
  let results: Results
  let redirect: Redirect
  before(async () => {
    const { token } = await workspaceWithTeam('PHP')
    redirect = await redirectTo(await serverUrl())
    const trusting = ['-d', `curl.cainfo=${redirect.certificate}`, '-d', `openssl.cafile=${redirect.certificate}`]
    results = await resultsOf({ ...php!, args: trusting }, 'php.php', { TOKEN: token, HTTPS_PROXY: redirect.proxy })
    redirect.close()
  })

  test('each refusal has the exception, status and code', () => {
    const errors = Object.fromEntries(
      Object.entries(results.errors).map(([name, [of, status, code]]: Results) => [name, `${of} ${status} ${code}`]),
    )
    assert.deepEqual(errors, {
      unauthorized: 'ClientErrorException 401 unauthorized',
      version: 'ClientErrorException 400 intercom_version_invalid',
      unknown_contact: 'ClientErrorException 404 not_found',
      unknown_admin: 'ClientErrorException 404 admin_not_found',
      empty_contact: 'ClientErrorException 400 parameter_not_found',
      duplicate: 'ClientErrorException 409 conflict',
      bad_search: 'ClientErrorException 400 invalid_field',
      bad_message: 'ClientErrorException 400 parameter_invalid',
      unknown_segment: 'ClientErrorException 404 not_found',
      rate_limit: 'ClientErrorException 429 rate_limit_exceeded',
      unavailable: 'ServerErrorException 503 service_unavailable',
    })
  })

  test('admins, teams, Basic authentication, contacts and their pages', () => {
    assert.deepEqual([results.admins, results.basic], [['Ada Admin', 'ada@example.com'], 'admin.list'])
    assert.deepEqual([results.limits, results.segments], [[true, true], true])
    assert.deepEqual(results.team, ['Support', true])
    assert.deepEqual(results.contact, ['Ann A.', 'user', 'lead'])
    assert.deepEqual([results.searched, results.listed], [[SEARCHED, false], 6])
    assert.deepEqual(results.deleted, [true, ['ClientErrorException', 404, 'not_found']])
    assert.equal(results.custom, 'gold')
  })

  test('tags, notes, messages and data attributes', () => {
    assert.deepEqual([results.tags, results.tags_of_contact, results.untagged], [['VIP'], 1, 0])
    assert.deepEqual([results.note, results.notes], ['<p>Prefers tea</p>', 1])
    assert.deepEqual(results.message, ['admin_message', 'inapp', 'Hello'])
    assert.equal(results.attribute, 'What they pay for')
  })

  test('a conversation is replied to, assigned, snoozed, opened, closed and found', () => {
    assert.deepEqual(results.conversation, ['user_message', '<p>We will look</p>', true])
    assert.deepEqual(results.states, [true, 'snoozed', 'open', 'closed'])
    const parts = ['comment', 'comment', 'comment', 'assignment', 'snoozed', 'open', 'close']
    assert.deepEqual(results.found, [true, 'My order is late', true, parts])
    assert.deepEqual([results.conversations, results.conversations_searched], [true, 1])
  })
})
