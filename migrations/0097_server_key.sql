-- By which key the stored credentials are encrypted: see `fingerprintOf` in src/commands/secrets.ts.

create table server_key (
  only_one boolean primary key default true check (only_one),
  fingerprint text not null
);
