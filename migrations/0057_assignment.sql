-- The assignment of a team's conversations to its members.

alter table teams
  -- The most open conversations of single members, by their ids; it replaces `assignment_limit`. Only of a load-balanced team.
  add member_limits jsonb not null default '{}';

-- Who of a team was given a conversation when: the one with the lowest turn, or none, is next.
create table team_turns (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  team_id bigint not null,
  admin_id bigint not null,
  turn bigint not null,
  primary key (workspace_id, team_id, admin_id)
);

alter table conversations
  -- Since when it waits in its team for a member who is present and has room.
  add awaits_assignee_since timestamptz(3);
create index conversations_awaiting_assignees on conversations (workspace_id, team_assignee_id, awaits_assignee_since, id)
  where awaits_assignee_since is not null and state = 'open';
