-- The default states of tickets, which every workspace has; and tickets have only states of their type.

insert into ticket_states (workspace_id, category, internal_label, external_label, is_default, created_at, updated_at)
select workspaces.id, category, internal_label, external_label, true, workspaces.created_at, workspaces.created_at
from workspaces
cross join (values
  (1, 'submitted', 'Submitted', 'Submitted'),
  (2, 'in_progress', 'In progress', 'In progress'),
  (3, 'waiting_on_customer', 'Waiting on customer', 'Waiting on you'),
  (4, 'resolved', 'Resolved', 'Resolved')
) as defaults (position, category, internal_label, external_label)
order by workspaces.created_at, workspaces.id, position;

create index tickets_by_type_and_state on conversations (workspace_id, ticket_type_id, ticket_state_id)
  where ticket_type_id is not null;

-- A state cannot leave a type while tickets of the type have it.
alter table conversations
  add foreign key (workspace_id, ticket_type_id, ticket_state_id) references ticket_type_states;
