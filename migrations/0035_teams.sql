-- How a team shares out its conversations, and who of it comes second.

alter table teams
  add distribution_method text not null default 'manual'
    check (distribution_method in ('manual', 'round_robin', 'load_balanced')),
  -- The most open conversations of a member; null: no limit. Only of a load-balanced team.
  add assignment_limit integer check (assignment_limit > 0),
  -- Members who get work after the others; the rest are primary. Only of a load-balanced team.
  add secondary_admin_ids bigint[] not null default '{}';

create index conversations_of_admins on conversations (workspace_id, admin_assignee_id) where state <> 'closed';
