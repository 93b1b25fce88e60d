-- A broadcast fails if its audience can no longer be evaluated, such as a segment that names an attribute which was archived.

alter table broadcasts
  drop constraint broadcasts_state_check,
  add constraint broadcasts_state_check check (state in ('queued', 'running', 'paused', 'canceled', 'failed')),
  drop constraint broadcasts_ends_as_check,
  add constraint broadcasts_ends_as_check check (ends_as in ('canceled', 'account_removed', 'audience_broken')),
  -- Why it failed, in words.
  add error_reason text;
