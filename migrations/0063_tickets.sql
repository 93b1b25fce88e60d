-- Tickets: their types, attributes and states; and what a row of conversations has beside if it is a ticket.

create table ticket_types (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  name text not null,
  description text,
  icon text not null default '🎟️',
  category text not null default 'Customer' check (category in ('Customer', 'Back-office', 'Tracker')),
  is_internal boolean not null default false,
  archived boolean not null default false,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);

create table ticket_type_attributes (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  ticket_type_id bigint not null,
  name text not null,
  description text not null default '',
  data_type text not null check (data_type in (
    'string', 'list', 'integer', 'decimal', 'boolean', 'datetime', 'files')),
  -- Of a string.
  multiline boolean not null default false,
  -- Of files.
  allow_multiple_values boolean not null default false,
  -- Of a list: [{id, name, archived}] in their order. Archived ones stay, because tickets have them.
  options jsonb,
  position integer not null,
  required_to_create boolean not null default false,
  required_to_create_for_contacts boolean not null default false,
  visible_on_create boolean not null default true,
  visible_to_contacts boolean not null default true,
  -- The title or the description, which every type has.
  is_default boolean not null default false,
  archived boolean not null default false,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, ticket_type_id) references ticket_types on delete cascade
);
create unique index ticket_type_attributes_by_name
  on ticket_type_attributes (workspace_id, ticket_type_id, name) where not archived;

create table ticket_states (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  category text not null check (category in ('submitted', 'in_progress', 'waiting_on_customer', 'resolved')),
  internal_label text not null,
  external_label text not null,
  -- The one of its category that every new type gets.
  is_default boolean not null default false,
  archived boolean not null default false,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id)
);
create unique index ticket_states_by_default on ticket_states (workspace_id, category) where is_default;

-- The states that tickets of a type can have.
create table ticket_type_states (
  workspace_id text collate "C" not null,
  ticket_type_id bigint not null,
  ticket_state_id bigint not null,
  primary key (workspace_id, ticket_type_id, ticket_state_id),
  foreign key (workspace_id, ticket_type_id) references ticket_types on delete cascade,
  foreign key (workspace_id, ticket_state_id) references ticket_states on delete cascade
);

-- The last number that a ticket of the workspace got.
create table ticket_numbers (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  last bigint not null,
  primary key (workspace_id)
);

alter table conversations
  -- A row with a type is a ticket.
  add column ticket_type_id bigint,
  add column ticket_state_id bigint,
  add column previous_ticket_state_id bigint,
  -- Counted for each workspace, and shown to people.
  add column ticket_number bigint,
  -- By the ids of attributes.
  add column ticket_attributes jsonb,
  -- Whether the contact sees it.
  add column is_shared boolean;

create unique index tickets_by_number on conversations (workspace_id, ticket_number) where ticket_number is not null;

-- A ticket that is linked to a conversation or to a customer ticket.
create table ticket_links (
  workspace_id text collate "C" not null,
  ticket_id bigint not null,
  linked_id bigint not null,
  is_tracker boolean not null,
  created_at timestamptz(3) not null,
  primary key (workspace_id, ticket_id, linked_id),
  foreign key (workspace_id, ticket_id) references conversations on delete cascade,
  foreign key (workspace_id, linked_id) references conversations on delete cascade
);
create index ticket_links_by_linked on ticket_links (workspace_id, linked_id);
create unique index ticket_links_of_tracker on ticket_links (workspace_id, linked_id) where is_tracker;
