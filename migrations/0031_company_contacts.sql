-- Which contacts are attached to which companies.

create table company_contacts (
  workspace_id text collate "C" not null,
  company_id text collate "C" not null,
  contact_id text collate "C" not null,
  created_at timestamptz(3) not null,
  primary key (workspace_id, company_id, contact_id),
  foreign key (workspace_id, company_id) references companies on delete cascade,
  foreign key (workspace_id, contact_id) references contacts on delete cascade
);
create index company_contacts_by_company on company_contacts (workspace_id, company_id, created_at desc, contact_id desc);
create index company_contacts_by_contact on company_contacts (workspace_id, contact_id, created_at desc, company_id desc);
