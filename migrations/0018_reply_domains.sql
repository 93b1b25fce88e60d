-- The reply domains of email accounts: each belongs to one workspace, and stays reserved for it after its last use.

create table reply_domains (
  -- In lower case, in its DNS form (punycode), without a dot at the end.
  domain text collate "C" primary key,
  workspace_id text collate "C" not null references workspaces on delete cascade,
  -- Why it belongs to the workspace: the first claim, a DNS record, the server's environment, or the operator.
  basis text not null check (basis in ('claim', 'dns', 'environment', 'operator')),
  claimed_at timestamptz(3) not null,
  -- Since when no account of the workspace has it; null while one does.
  unused_since timestamptz(3)
);
create index reply_domains_by_workspace on reply_domains (workspace_id);

alter table channel_accounts
  -- The reply domain that another workspace took from this account, and on what basis.
  add lost_domain text,
  add lost_to text check (lost_to in ('claim', 'dns', 'environment', 'operator'));

-- Several accounts could have the same domain: it belongs to the one that had it first, or to the environment's.
with ranked as (
  select workspace_id, id, first_value(from_environment) over same_domain as is_environments,
    row_number() over same_domain as rank
  from channel_accounts where channel = 'email' and key is not null
  window same_domain as (partition by key order by from_environment desc, created_at, workspace_id, id)
)
update channel_accounts accounts
set settings = settings - 'reply_domain', key = null, lost_domain = key,
  lost_to = case when is_environments then 'environment' else 'claim' end
from ranked
where rank > 1 and accounts.workspace_id = ranked.workspace_id and accounts.id = ranked.id;

insert into reply_domains (domain, workspace_id, basis, claimed_at)
select key, workspace_id, case when from_environment then 'environment' else 'claim' end, created_at
from channel_accounts where channel = 'email' and key is not null;
