-- The span of the request that accepted the delivery, in W3C's form. Null if traces are off, or this one is not recorded.
alter table deliveries add column traceparent text;
