-- Data connectors: requests to other servers that a workspace describes, and the results of their executions.

create table data_connectors (
  workspace_id text collate "C" not null references workspaces on delete cascade,
  id bigint generated always as identity,
  -- What is executed; null unless the connector is live.
  live jsonb,
  -- What has been changed since it became live; null if nothing has. The values of headers are sealed in both.
  draft jsonb,
  created_by_admin_id bigint,
  updated_by_admin_id bigint,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (workspace_id, id),
  check (live is not null or draft is not null)
);
create index data_connectors_by_update on data_connectors (workspace_id, updated_at, id);

create table data_connector_results (
  workspace_id text collate "C" not null,
  id bigint generated always as identity,
  data_connector_id bigint not null,
  success boolean not null,
  -- Null if there was no answer.
  http_status integer,
  http_method text not null,
  error_type text,
  error_message text,
  execution_time_ms integer,
  source_type text,
  source_id text,
  conversation_id bigint,
  contact_id text,
  admin_id bigint,
  request_url text,
  -- The bodies are removed before the row is.
  request_body text,
  response_body text,
  raw_response_body text,
  created_at timestamptz(3) not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, data_connector_id) references data_connectors on delete cascade
);
create index data_connector_results_by_time
  on data_connector_results (workspace_id, data_connector_id, created_at, id);
create index data_connector_results_with_bodies on data_connector_results (created_at)
  where request_body is not null or response_body is not null or raw_response_body is not null;
create index data_connector_results_by_age on data_connector_results (created_at);
