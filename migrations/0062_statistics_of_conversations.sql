-- Statistics of conversations that are computed when an action changes them. Seconds; without the time out of office hours,
-- except `time_to_assignment` and `adjusted_handling_time`.

alter table conversations
  add time_to_assignment integer,
  add time_to_admin_reply integer,
  add time_to_first_close integer,
  add time_to_last_close integer,
  -- From the last assignment to the close that followed, without the time in which the conversation was snoozed.
  add adjusted_handling_time integer,
  add snoozed_since timestamptz(3),
  -- How long it was snoozed since its last assignment, without a snooze that lasts.
  add snoozed_seconds integer not null default 0,
  -- Since when it has its team.
  add team_assigned_at timestamptz(3),
  -- For each team the time to its first reply: `[{ "team_id": "1", "response_time": 90, "in_office_hours": 60 }]`.
  add team_response_times jsonb not null default '[]';

update conversations set
  time_to_assignment = greatest(0, floor(extract(epoch from first_assignment_at - first_contact_reply_at))),
  time_to_admin_reply = greatest(0, floor(extract(epoch from first_admin_reply_at - first_contact_reply_at))),
  time_to_first_close = greatest(0, floor(extract(epoch from first_close_at - first_contact_reply_at))),
  time_to_last_close = greatest(0, floor(extract(epoch from last_close_at - first_contact_reply_at))),
  adjusted_handling_time = case when last_close_at >= last_assignment_at
    then floor(extract(epoch from last_close_at - last_assignment_at)) end,
  snoozed_since = case when state = 'snoozed' then updated_at end,
  team_assigned_at = case when team_assignee_id is not null then last_assignment_at end;
