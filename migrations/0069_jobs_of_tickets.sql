-- Tickets that are created by jobs: a job with one task and one item, and the ticket that it created.

alter table jobs drop constraint jobs_kind_check, add check (kind in ('contacts', 'companies', 'tickets'));
alter table jobs add column resource_id bigint;
