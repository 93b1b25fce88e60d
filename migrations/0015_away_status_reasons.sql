-- Away status reasons are listed: their order, and the time of their creation.

alter table away_status_reasons
  add "order" integer,
  add created_at timestamptz(3),
  add updated_at timestamptz(3);

update away_status_reasons reason set "order" = position, created_at = workspaces.created_at, updated_at = workspaces.created_at
from workspaces, (
  select workspace_id, id, row_number() over (partition by workspace_id order by id) as position from away_status_reasons
) numbered
where workspaces.id = reason.workspace_id and numbered.workspace_id = reason.workspace_id and numbered.id = reason.id;

alter table away_status_reasons
  alter "order" set not null,
  alter created_at set not null,
  alter updated_at set not null;
