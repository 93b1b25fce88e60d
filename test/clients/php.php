<?php
// What a program with the package intercom/intercom-php does: one JSON object of results to stdout.
// AUTOLOAD is Composer's file, TOKEN that of the workspace. The package always calls https://api.intercom.io.
require getenv('AUTOLOAD');

use Intercom\IntercomClient;

$token = getenv('TOKEN');
$client = new IntercomClient($token);
$unknown = '6762f0dd1bb69f9f2193bae2';

function errorOf(callable $call)
{
    try {
        $call();
        return 'none';
    } catch (\Http\Client\Exception\HttpException $error) {
        $body = json_decode((string) $error->getResponse()->getBody());
        return [(new ReflectionClass($error))->getShortName(), $error->getCode(), $body->errors[0]->code];
    }
}

$me = $client->admins->getAdmins()->admins[0];
$results = [];

// Sad paths.
$results['errors'] = [
    'unauthorized' => errorOf(fn () => (new IntercomClient('wrong'))->admins->getAdmins()),
    'version' => errorOf(fn () => (new IntercomClient($token, null, ['Intercom-Version' => '9.9']))->tags->getTags()),
    'unknown_contact' => errorOf(fn () => $client->contacts->getContact($unknown)),
    'unknown_admin' => errorOf(fn () => $client->admins->getAdmin('1')),
    'empty_contact' => errorOf(fn () => $client->contacts->create(['name' => 'Nobody'])),
    'duplicate' => errorOf(function () use ($client) {
        $client->contacts->create(['email' => 'twice@example.com']);
        $client->contacts->create(['email' => 'twice@example.com']);
    }),
    'bad_search' => errorOf(fn () => $client->contacts->search(['query' => ['field' => 'shoe_size', 'operator' => '=', 'value' => '1']])),
    'bad_message' => errorOf(fn () => $client->messages->create(['message_type' => 'email', 'from' => ['type' => 'admin', 'id' => $me->id]])),
    'unknown_segment' => errorOf(fn () => $client->segments->getSegment('999999')),
];
$armed = $client->post('extensions/sandbox/faults', ['fault' => '429', 'times' => 1]);
$results['errors']['rate_limit'] = errorOf(fn () => $client->tags->getTags());
$client->post('extensions/sandbox/faults', ['fault' => '503', 'times' => 1]);
$results['errors']['unavailable'] = errorOf(fn () => $client->tags->getTags());

// Admins. With two values the token is the user of Basic authentication.
$results['admins'] = [$me->name, $client->admins->getAdmin($me->id)->email];
$team = $client->teams->getTeam($client->teams->getTeams()->teams[0]->id);
$results['team'] = [$team->name, array_map('strval', $team->admin_ids) === [$me->id]];
$results['basic'] = (new IntercomClient($token, 'x'))->admins->getAdmins()->type;
$limits = $client->getRateLimitDetails();
$results['limits'] = [$limits['limit'] > 0, $limits['reset_at'] instanceof DateTimeImmutable];

$results['segments'] = count($client->segments->getSegments()->segments) > 0;

// Contacts.
$ann = $client->contacts->create(['role' => 'user', 'email' => 'ann@example.com', 'name' => 'Ann']);
$bob = $client->contacts->create(['role' => 'lead', 'name' => 'Bob']);
foreach ([0, 1, 2] as $number) {
    $client->contacts->create(['role' => 'user', 'email' => "search$number@example.com", 'name' => 'Searched']);
}
$client->contacts->update($ann->id, ['name' => 'Ann A.']);
$results['contact'] = [$client->contacts->getContact($ann->id)->name, $ann->role, $bob->role];
$query = ['field' => 'name', 'operator' => '=', 'value' => 'Searched'];
$page = $client->contacts->search(['query' => $query, 'pagination' => ['per_page' => 2]]);
$next = $client->contacts->nextSearch($query, $page->pages);
$emails = array_column([...$page->data, ...$next->data], 'email');
sort($emails);
$results['searched'] = [$emails, isset($next->pages->next)];
$first = $client->contacts->getContacts(['per_page' => 2]);
$second = $client->contacts->nextCursor($first->pages);
$results['listed'] = count(array_unique(array_column([...$first->data, ...$second->data], 'id')));
$results['deleted'] = [$client->contacts->deleteContact($bob->id)->deleted, errorOf(fn () => $client->contacts->getContact($bob->id))];

// Tags.
$client->tags->tag(['name' => 'VIP', 'users' => [['id' => $ann->id]]]);
$results['tags'] = array_column($client->tags->getTags()->data, 'name');
$results['tags_of_contact'] = $client->contacts->getContact($ann->id)->tags->total_count;
$client->tags->tag(['name' => 'VIP', 'users' => [['id' => $ann->id, 'untag' => true]]]);
$results['untagged'] = $client->contacts->getContact($ann->id)->tags->total_count;

// Notes of a contact have no method in this release; the client itself can call any operation.
$note = $client->post("contacts/{$ann->id}/notes", ['body' => 'Prefers tea', 'admin_id' => $me->id]);
$results['note'] = $client->notes->getNote($note->id)->body;
$results['notes'] = $client->get("contacts/{$ann->id}/notes")->total_count;

// Conversations.
$message = $client->conversations->create(['from' => ['type' => 'user', 'id' => $ann->id], 'body' => 'My order is late']);
$id = $message->conversation_id;
$reply = fn (array $options) => $client->conversations->replyToConversation($id, $options);
$replied = $reply(['type' => 'admin', 'admin_id' => $me->id, 'message_type' => 'comment', 'body' => 'We will look']);
$reply(['type' => 'user', 'intercom_user_id' => $ann->id, 'message_type' => 'comment', 'body' => 'Thanks']);
$last = $client->conversations->replyToLastConversation(['type' => 'user', 'intercom_user_id' => $ann->id, 'message_type' => 'comment', 'body' => 'Last']);
$results['conversation'] = [$message->type, end($replied->conversation_parts->conversation_parts)->body, $last->id === $id];
$act = fn (array $options) => $reply(['type' => 'admin', 'admin_id' => $me->id] + $options);
$results['states'] = [
    (string) $act(['message_type' => 'assignment', 'assignee_id' => $me->id])->admin_assignee_id === $me->id,
    $act(['message_type' => 'snoozed', 'snoozed_until' => time() + 3600])->state,
    $act(['message_type' => 'open'])->state,
    $act(['message_type' => 'close'])->state,
];
$client->conversations->markConversationAsRead($id);
$found = $client->conversations->getConversation($id, ['display_as' => 'plaintext']);
$results['found'] = [$found->read, $found->source->body, $found->teammates->admins[0]->id === $me->id, array_column($found->conversation_parts->conversation_parts, 'part_type')];
$results['conversations'] = array_column($client->conversations->getConversations(['per_page' => 1])->conversations, 'id') === [$id];
$search = ['field' => 'admin_assignee_id', 'operator' => '=', 'value' => $me->id];
$results['conversations_searched'] = $client->conversations->search(['query' => $search])->total_count;

// Messages and data attributes.
$sent = $client->messages->create(['message_type' => 'inapp', 'body' => 'Hello', 'from' => ['type' => 'admin', 'id' => $me->id], 'to' => ['type' => 'user', 'id' => $ann->id]]);
$results['message'] = [$sent->type, $sent->message_type, $sent->body];
$attribute = $client->post('data_attributes', ['name' => 'plan', 'model' => 'contact', 'data_type' => 'string']);
$results['attribute'] = $client->put("data_attributes/{$attribute->id}", ['description' => 'What they pay for'])->description;
$results['custom'] = $client->contacts->update($ann->id, ['custom_attributes' => ['plan' => 'gold']])->custom_attributes->plan;

echo json_encode($results), "\n";
