// If CONTRACT_MODULE names a module with Intercom's published schemas, every answer in a test is checked
// against them.

type Contract = { check(method: string, path: string, status: number, body: unknown, options: object): string[] }

const path = process.env['CONTRACT_MODULE']
const contract: ((version: string) => Contract) | undefined = path ? (await import(path)).contract : undefined

/** Differences on purpose; each has a row in docs/differences/. */
const ON_PURPOSE: RegExp[] = [
  // The description has no answer of success here, only errors; the call is shown as by its other ids.
  /^GET \/fin_voice\/phone_number\/\S+ 200: /,
  // A contact without an email address has null there, like its other unset values.
  / \/(data\/\*\/)?email must be string, got null/,
  // 2.16 accepts WhatsApp messages; its description does not list them in answers.
  /^POST \/messages 200: \/message_type must be .* got "whatsapp"$/,
  // Only a list attribute has options; the published example has them for another type.
  /^PUT \/data_attributes\/\{\w+\} 200: absent \.options$/,
  // Only a load-balanced team has them; the published example is one.
  /^PUT \/teams\/\{\w+\} 200: absent \.(admin_priority_level|assignment_limit)$/,
  // The published description has only the summary of events, not their list.
  /^GET \/events 200: \/type must be .* got "event\.list"$/,
  // The schema of the summary; a contact without an external id has no user_id.
  /^GET \/events 200: \/user_id must be string, got null/,
  // Recordings have null: the name of an event has no description.
  /^GET \/events 200: \/events\/\*\/description must be string, got null/,
  // A custom attribute has its own type; the published example has a number and a boolean too.
  /\/custom_attributes\/\S+ must be string, got (integer|number|boolean) /,
  // The schema of a conversation's attributes lacks the types that its example has, and files.
  /\/custom_attributes\/\S+ must be object, got (number|boolean|array) /,
  // GET /companies shows a single company for a name or company_id.
  /^GET \/companies 200: absent \.(data|pages|total_count)$/,
  // After the last company a scroll has no parameter; clients have seen null.
  /^GET \/companies\/scroll 200: \/scroll_param must be string, got null null$/,
  // A note on a company has its company instead; the published example is on a contact.
  /^GET \/notes\/\{\w+\} 200: absent \.contact$/,
  // 2.11 requires what its own examples leave out.
  / absent \.(data\[\]\.|companies\[\]\.)?(last_request_at|size|website|industry)$/,
  // Only a string, a list and a relationship have these; the published examples are such attributes.
  / \/conversations\/attributes\S* 200: absent \.(data\[\]\.)?(multiline|options|reference)$/,
  // The input options of a ticket type's attribute depend on its type; without any they are null, as in the examples of types.
  / \/ticket_types\/\{\w+\}\/attributes\S* 200: absent \.input_options\.multiline$/,
  /\/input_options must be object, got null null$/,
  // A token belongs to no app.
  /\.ticket_parts\[\]\.app_package_code$/,
  / \/tickets\/\{\w+\}\/reply 200: absent \.app_package_code$/,
  // Only a part that changes the state, the assignee or an attribute has these; a ticket that is not snoozed has no such time.
  /\.ticket_parts\[\]\.(ticket_state|previous_ticket_state|assigned_to|updated_attribute_data\S*)$/,
  /^PUT \/tickets\/\{\w+\} 200: absent \.snoozed_until$/,
  // Only an example of 2.9 has the role of a ticket's contact; no schema has it.
  / \/tickets\S* 200: absent \.contacts\.contacts\[\]\.role$/,
  // Before 2.16 the list has the attributes of conversations; the schema of a data attribute does not name them.
  /^GET \/data_attributes 200: \/data\/\*\/model must be .* got "conversation"$/,
  // What an activity does not have is absent, as in its examples.
  /^GET \/contacts\/activities 200: absent \.data\[\]\.(external_id|role)$/,
  // A call has no such time yet; the published schema does not allow null.
  /^(GET|POST) \/calls(\/\{\w+\}|\/search)? 200: absent \.(data\[\]\.)?(answered_at|ended_at)$/,
  // An external page can be without a URL; the published schema does not allow null.
  / \/ai\/external_pages\S* 200: absent \.(data\[\]\.)?url$/,
  // A draft is not published yet; the published schema does not allow null.
  / \/news\/\S+ 200: absent \.(data\[\]\.)?newsfeed_assignments\[\]\.published_at$/,
  // A rating that was requested has no value until the contact rates.
  /\/conversation_rating\/(rating must be integer|remark must be string), got null null$/,
  // The name of a team that does not exist is null, as its description says.
  /\/assigned_team_first_response_time(_in_office_hours)?\/\*\/team_name must be string, got null null$/,
  // A block has the members of its type; the published example is a paragraph.
  / \/content_snippets\S* 20[01]: absent \.(data\[\]\.)?json_blocks\[\]\.text$/,
  // A workspace can be without a sender address; the published schema does not allow null.
  /^GET \/brands\S* 200: \/(data\/\*\/)?default_address_settings_id must be string, got null null$/,
  // An instance of a custom object can refer to others, as contacts do; the published schema has texts only.
  /^(GET|POST) \/custom_object_instances\S* 200: \S*\/custom_attributes\/\S+ must be string, got object /,
  // Preview's description has lost it, without a word.
  /^(GET|PUT) \/ip_allowlist\S*: no such operation in this version$/,
  // With an external id, the list is that one instance, as its description says.
  /^GET \/custom_object_instances\/\{\w+\} 200: (\/type must be equal .* got "\w+"|absent \.(pages|total_count|data))$/,
]

/** Operations of this server that Intercom does not have. */
const OURS = /^\/(extensions|attachments|unsubscribe|webhooks|healthz|readyz|metrics|openapi\.json|docs|hc)\b/

/** Throws if an answer differs from the published schema of its operation and version. */
export function checkContract(method: string, url: string, status: number, body: unknown, version = 'Preview') {
  const isTheirs =
    contract && !isRefusedForVersion(body) && !OURS.test(url) && /^(Preview|2\.([7-9]|1[0-6]))$/.test(version)
  if (!isTheirs) return
  const differences = contract(version)
    .check(method, url.replace(/\/(?=\?|$)/, ''), status, body, { gaps: true })
    .filter((difference) => !ON_PURPOSE.some((known) => known.test(difference)))
    .filter((difference) => status < 400 || !difference.endsWith('no such operation in this version'))
  if (differences.length) throw new Error(`Differs from the published schema:\n${differences.join('\n')}`)
}

/** The description of a version does not have what the version lacks. */
const isRefusedForVersion = (body: unknown): boolean =>
  (body as { errors?: { code: string }[] } | undefined)?.errors?.[0]?.code === 'intercom_version_invalid'
