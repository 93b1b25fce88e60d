-- Whether the contact asked for SMS, such as by the keyword START. Before, only refusals were stored.

alter table contacts add sms_consent boolean not null default false;
