-- Old deliveries can be removed: a setting says after how many days.

-- How many of a broadcast's deliveries were removed. They stay in the other counts.
alter table broadcast_tallies add column removed integer not null default 0;

-- The rows that were removed make room before the table has grown by a fifth, which is autovacuum's default.
alter table deliveries set (autovacuum_vacuum_scale_factor = 0.02);
alter table delivery_history set (autovacuum_vacuum_scale_factor = 0.02);
alter table captured_messages set (autovacuum_vacuum_scale_factor = 0.02);
alter table webhook_notifications set (autovacuum_vacuum_scale_factor = 0.02);
alter table webhook_attempts set (autovacuum_vacuum_scale_factor = 0.02);
