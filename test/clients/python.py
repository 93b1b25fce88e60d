# What a program with the package python-intercom does: one JSON object of results to stdout.
# BASE_URL and TOKEN name the server.
import json
import os
import time
import urllib.request

from intercom import Intercom
from intercom.core.api_error import ApiError
import intercom as sdk
from intercom.conversations import (
    ConversationsManageRequestBody_Assignment as Assignment,
    ConversationsManageRequestBody_Close as Close,
    ConversationsManageRequestBody_Open as Open,
    ConversationsManageRequestBody_Snoozed as Snoozed,
    CreateConversationRequestFrom,
)

BASE_URL = os.environ["BASE_URL"]
TOKEN = os.environ["TOKEN"]


def client_for(token=TOKEN, **options):
    return Intercom(token=token, base_url=BASE_URL, **options)


def error_of(call):
    try:
        call()
        return "none"
    except ApiError as error:
        body = error.body
        errors = body["errors"] if isinstance(body, dict) else body.errors
        first = errors[0] if isinstance(errors[0], dict) else {"code": errors[0].code, "message": errors[0].message}
        return [type(error).__name__, error.status_code, first["code"], first["message"]]


def arm(**fault):
    """Arms a fault of the sandbox, with no client of Intercom."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    url = f"{BASE_URL}/extensions/sandbox/faults"
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(fault).encode(), headers)).read()


client = client_for()
me = client.admins.identify()
once = {"max_retries": 0}
UNKNOWN = "6762f0dd1bb69f9f2193bae2"


def search(field, operator, value, kind=client.contacts):
    """Yields what all pages have. The pager of the package asks for the same page again and again."""
    query = sdk.SingleFilterSearchRequest(field=field, operator=operator, value=value)
    starting_after = None
    while True:
        pagination = sdk.StartingAfterPaging(per_page=2, starting_after=starting_after)
        page = kind.search(query=query, pagination=pagination)
        yield from page.items
        if not page.has_next:
            return
        starting_after = page.response.pages.next.starting_after


def new_contact(**values):
    return client.contacts.create(request=values)


results = {}

# Sad paths.
errors = {
    "unauthorized": error_of(lambda: client_for(token="wrong").admins.identify()),
    "version": error_of(lambda: client_for(headers={"Intercom-Version": "9.9"}).admins.identify()),
    "unknown_contact": error_of(lambda: client.contacts.find(UNKNOWN)),
    "unknown_note": error_of(lambda: client.notes.find(999999)),
    "empty_contact": error_of(lambda: new_contact(name="Nobody")),
    "duplicate": error_of(lambda: [new_contact(email="twice@example.com") for _ in range(2)]),
    "bad_search": error_of(lambda: list(search("shoe_size", "=", "1"))),
    "unknown_tag": error_of(lambda: client.tags.find("999999")),
    "unknown_company": error_of(lambda: client.companies.find("999999")),
}
arm(fault="429", times=1)
errors["rate_limit"] = error_of(lambda: client.contacts.list(request_options=once))
arm(fault="500", times=1)
errors["server_error"] = error_of(lambda: client.contacts.list(request_options=once))
arm(fault="429", times=1, retry_after=1)
results["retried"] = client.contacts.list(request_options={"max_retries": 3}).response.type
results["errors"] = errors

# Admins.
results["me"] = [me.email, me.app.name != ""]
results["admins"] = [admin.name for admin in client.admins.list().admins]
results["admin"] = client.admins.find(int(me.id)).name
team = client.teams.find(client.teams.list().teams[0].id)
results["team"] = [team.name, [str(id) for id in team.admin_ids] == [me.id]]
away = client.admins.away(int(me.id), away_mode_enabled=True, away_mode_reassign=False)
client.admins.away(int(me.id), away_mode_enabled=False, away_mode_reassign=False)
results["away"] = away.away_mode_enabled
results["away_reasons"] = len(client.away_status_reasons.list_away_status_reasons()) > 0

# Contacts.
ann = new_contact(role="user", email="ann@example.com", name="Ann", external_id="ann-1")
bob = new_contact(role="lead", name="Bob")
for number in range(3):
    new_contact(role="user", email=f"search{number}@example.com", name="Searched")
client.contacts.update(ann.id, name="Ann A.")
found = client.contacts.find(ann.id)
results["contact"] = [found.name, found.role, bob.role, found.location.type, found.tags.total_count]
results["by_external_id"] = client.contacts.show_contact_by_external_id("ann-1").id == ann.id
results["searched"] = sorted(contact.email for contact in search("name", "=", "Searched"))
results["listed"] = len({contact.id for contact in client.contacts.list(per_page=2)})
results["archived"] = [client.contacts.archive(bob.id).archived, client.contacts.unarchive(bob.id).archived]
results["deleted"] = [client.contacts.delete(bob.id).deleted, error_of(lambda: client.contacts.find(bob.id))[0]]

# Companies and segments. Only companies with users are listed.
acme = client.companies.create_or_update(request={"company_id": "c-1", "name": "Acme"})
client.companies.attach_contact(ann.id, company_id=acme.id)
results["companies"] = [company.name for company in client.companies.list()]
results["segments"] = len(client.segments.list().segments) > 0

# Tags.
tag = client.tags.create(request=sdk.CreateOrUpdateTagRequest(name="VIP"))
client.tags.tag_contact(ann.id, tag_id=tag.id)
results["tags_of_contact"] = [tag.name for tag in client.contacts.list_attached_tags(ann.id).data]
client.tags.untag_contact(ann.id, tag.id)
client.tags.create(
    request=sdk.TagMultipleUsersRequest(name="Bulk", users=[sdk.TagMultipleUsersRequestUsersItem(id=ann.id)])
)
results["tags"] = sorted(tag.name for tag in client.tags.list().data)

# Notes.
for number in range(3):
    client.notes.create(ann.id, body=f"<p>Note {number}</p>")
results["notes"] = [note.body for note in client.notes.list(ann.id, per_page=2)]
results["note_author"] = client.notes.list(ann.id).items[0].author.email

# Conversations.
message = client.conversations.create(
    from_=CreateConversationRequestFrom(type="user", id=ann.id), body="My order is late"
)
id = message.conversation_id
conversations = client.conversations
comment = sdk.AdminReplyConversationRequest(message_type="comment", admin_id=me.id, body="We will look")
replied = conversations.reply(id, request=comment)
conversations.reply(id, request=sdk.ContactReplyIntercomUserIdRequest(intercom_user_id=ann.id, body="Thanks"))
last = conversations.reply("last", request=sdk.ContactReplyIntercomUserIdRequest(intercom_user_id=ann.id, body="Last"))
results["conversation"] = [message.type, replied.conversation_parts.conversation_parts[-1].body, last.id == id]
assigned = conversations.manage(id, request=Assignment(type="admin", admin_id=me.id, assignee_id=me.id))
snoozed = conversations.manage(id, request=Snoozed(admin_id=me.id, snoozed_until=int(time.time()) + 3600))
opened = conversations.manage(id, request=Open(admin_id=me.id))
closed = conversations.manage(id, request=Close(admin_id=me.id, body="Bye"))
results["states"] = [assigned.admin_assignee_id == int(me.id), snoozed.state, opened.state, closed.state]
client.tags.tag_conversation(id, tag_id=tag.id, admin_id=me.id)
conversations.update(id, read=True, custom_attributes={})
found = conversations.find(id, display_as="plaintext")
results["found"] = [
    found.read,
    found.source.body,
    [admin.id for admin in found.teammates.admins] == [me.id],
    found.statistics.count_reopens,
    [contact.id for contact in found.contacts.contacts] == [ann.id],
    [tag.name for tag in found.tags.tags],
    [part.part_type for part in found.conversation_parts.conversation_parts],
]
client.tags.untag_conversation(id, tag.id, admin_id=me.id)
client.tags.delete(tag.id)
results["conversations"] = [conversation.id for conversation in conversations.list(per_page=1)] == [id]
searched = search("admin_assignee_id", "=", int(me.id), conversations)
results["conversations_searched"] = [conversation.id for conversation in searched] == [id]

# Messages and data attributes.
sent = client.messages.create(
    request=sdk.CreateMessageRequest_Inapp(
        body="Hello",
        from_=sdk.CreateMessageRequestFrom(id=int(me.id)),
        to=sdk.CreateMessageRequestTo(type="user", id=ann.id),
    )
)
results["message"] = [sent.type, sent.message_type, sent.body]
attribute = client.data_attributes.create(request={"name": "plan", "model": "contact", "data_type": "string"})
client.data_attributes.update(attribute.id, request={"description": "What they pay for"})
names = {attribute.name: attribute.description for attribute in client.data_attributes.list(model="contact").data}
results["attributes"] = names["plan"]
client.contacts.update(ann.id, custom_attributes={"plan": "gold"})
results["custom"] = client.contacts.find(ann.id).custom_attributes["plan"]

print(json.dumps(results))
