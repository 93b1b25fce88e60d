# What a program with the gem intercom (intercom-ruby) does: one JSON object of results to stdout.
# BASE_URL and TOKEN name the server.
require 'json'
require 'intercom'

BASE_URL = ENV.fetch('BASE_URL')
TOKEN = ENV.fetch('TOKEN')

def client_for(token: TOKEN, **options)
  Intercom::Client.new(token: token, base_url: BASE_URL, **options)
end

def error_of
  yield
  'none'
rescue Intercom::IntercomError => e
  [e.class.name, e.message]
end

# Arms a fault of the sandbox, with no client of Intercom.
def arm(fault)
  Net::HTTP.post(URI("#{BASE_URL}/extensions/sandbox/faults"), fault.to_json,
                 'Authorization' => "Bearer #{TOKEN}", 'Content-Type' => 'application/json')
end

results = {}
client = client_for
me = client.admins.me

# Sad paths.
results[:errors] = {
  unauthorized: error_of { client_for(token: 'wrong').admins.me },
  version: error_of { client_for(api_version: '9.9').admins.me },
  unknown_contact: error_of { client.contacts.find(id: '6762f0dd1bb69f9f2193bae2') },
  unknown_admin: error_of { client.admins.find(id: '1') },
  empty_contact: error_of { client.contacts.create({}) },
  duplicate: error_of { 2.times { client.contacts.create(role: 'user', email: 'twice@example.com') } },
  bad_search: error_of { client.contacts.search(query: { field: 'shoe_size', operator: '=', value: '1' }).to_a },
  unknown_conversation: error_of { client.conversations.reply(id: '999999', type: 'admin', admin_id: me.id, message_type: 'comment', body: 'x') },
  bad_message: error_of { client.messages.create(from: { type: 'admin', id: me.id }, message_type: 'email') },
  only_older: error_of { client.conversations.run_assignment_rules('1') }
}
arm(fault: '429', times: 1)
results[:errors][:rate_limit] = error_of { client.admins.me }
results[:errors][:rate_limit_reset] = client.rate_limit_details[:reset_at].to_i
arm(fault: '503', times: 1)
results[:errors][:unavailable] = error_of { client.admins.me }
arm(fault: '429', times: 1, retry_after: 1)
results[:retried] = client_for(handle_rate_limit: true).admins.me.id

# Admins.
results[:me] = [me.email, me.app.class.name]
results[:admins] = client.admins.all.map(&:name)
results[:admin] = client.admins.find(id: me.id).name
team = client.teams.find(id: client.teams.all.first.id)
results[:team] = [team.name, team.admin_ids.map(&:to_s) == [me.id]]

# Contacts.
ann = client.contacts.create(role: 'user', email: 'ann@example.com', name: 'Ann', custom_attributes: {})
bob = client.contacts.create(role: 'lead', name: 'Bob')
3.times { |n| client.contacts.create(role: 'user', email: "search#{n}@example.com", name: 'Searched') }
ann.name = 'Ann A.'
client.contacts.save(ann)
results[:contact] = [client.contacts.find(id: ann.id).name, ann.role, bob.role]
query = { field: 'name', operator: '=', value: 'Searched' }
results[:searched] = client.contacts.search(query: query, per_page: 2, sort_field: 'email', sort_order: 'ascending').map(&:email)
results[:listed] = client.contacts.all.map(&:id).uniq.size
client.contacts.archive(bob)
client.contacts.unarchive(bob)
results[:deleted] = [client.contacts.delete(bob).id == bob.id, error_of { client.contacts.find(id: bob.id) }.first]

# Tags.
tag = client.tags.create(name: 'VIP')
ann.add_tag(id: tag.id)
results[:tags_of_contact] = ann.tags.map(&:name)
ann.remove_tag(id: tag.id)
client.tags.tag(name: 'Bulk', users: [{ id: ann.id }])
results[:tags] = client.tags.all.map(&:name).sort
results[:tags_left] = ann.tags.map(&:name)
client.tags.delete(tag)

# Notes.
3.times { |n| ann.create_note(body: "<p>Note #{n}</p>") }
notes = ann.notes.to_a
results[:notes] = [notes.size, notes.last.body, notes.last.author.email]
results[:note] = client.notes.find(id: notes.first.id).body

# Conversations.
message = client.conversations.create(from: { type: 'user', id: ann.id }, body: 'My order is late')
id = message.conversation_id
as_admin = { id: id, admin_id: me.id }
replied = client.conversations.reply(as_admin.merge(type: 'admin', message_type: 'comment', body: 'We will look'))
client.conversations.reply(id: id, type: 'user', intercom_user_id: ann.id, message_type: 'comment', body: 'Thanks')
client.conversations.reply(as_admin.merge(type: 'admin', message_type: 'note', body: 'Be kind'))
last = client.conversations.reply_to_last(type: 'user', intercom_user_id: ann.id, message_type: 'comment', body: 'Last')
results[:conversation] = [message.class.name, replied.conversation_parts.last.body, last.id == id]
states = []
states << client.conversations.assign(as_admin.merge(assignee_id: me.id)).admin_assignee_id.to_s
states << client.conversations.snooze(as_admin.merge(snoozed_until: Time.now.to_i + 3600)).state
states << client.conversations.open(as_admin.dup).state
states << client.conversations.close(as_admin.dup).state
client.conversations.mark_read(id)
results[:states] = [states[0] == me.id.to_s, *states[1..]]
found = client.conversations.find(id: id)
results[:found] = [found.read, found.source.body, found.teammates.map(&:id) == [me.id],
                   found.statistics.count_reopens, found.contacts.map(&:id) == [ann.id],
                   found.conversation_parts.map(&:part_type)]
results[:conversations] = client.conversations.all.map(&:id) == [id]
search = { field: 'admin_assignee_id', operator: '=', value: me.id }
results[:conversations_searched] = client.conversations.search(query: search, per_page: 1).map(&:id) == [id]

# Messages and data attributes.
sent = client.messages.create(message_type: 'inapp', body: 'Hello', from: { type: 'admin', id: me.id }, to: { type: 'user', id: ann.id })
results[:message] = [sent.class.name, sent.message_type, sent.body]
attribute = client.data_attributes.create(name: 'plan', model: 'contact', data_type: 'string')
attribute.description = 'What they pay for'
client.data_attributes.save(attribute)
results[:attribute] = [attribute.full_name, attribute.description]
results[:attributes] = client.data_attributes.find_all(model: 'contact').map(&:name).include?('plan')
ann.custom_attributes['plan'] = 'gold'
client.contacts.save(ann)
results[:custom] = client.contacts.find(id: ann.id).custom_attributes['plan']

puts results.to_json
