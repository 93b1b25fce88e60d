-- The subscription type of a message: it goes only to contacts who get this type.

alter table messages add column subscription_type_id bigint;
