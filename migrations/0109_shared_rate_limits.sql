-- The rate limits that all processes share. They take permits from a key's slice in chunks. After a crash it is empty, which
-- begins new slices.
create unlogged table rate_limit_slices (
  key text collate "C" primary key,
  -- Permits that processes took in this slice, and how many the last of them got; null: all of the first ones.
  taken integer not null,
  granted integer,
  ends_at timestamptz not null
);
