-- Alarms of lanes and gateways, marked shapes, and orders to end a fire alarm.

-- The make's name for a person.
alter table lane add column make_title text;
-- A JSON list of alarms, as the gateway reports it.
alter table lane add column alarms text not null default '[]';
-- When the gateway last reported this lane. Older than its gateway's last_seen_at: the gateway no longer has the lane.
alter table lane add column reported_at bigint;
-- A JSON list of alarms that concern the whole gateway.
alter table gateway add column alarms text not null default '[]';

-- Shapes of messages that operators have marked as no reading.
create table no_reading_shape (
    garage_id text not null references garage (id),
    device text not null,
    shape text not null,
    summary text not null,
    reason text not null,
    operator_id text not null references operator (id),
    marked_at bigint not null,
    primary key (garage_id, device, shape)
);

-- open, end_fire.
alter table open_order add column action text not null default 'open';
-- For end_fire: up to which report of a fire input, by the gateway's clock.
alter table open_order add column through bigint;
-- An end of a fire alarm concerns no lane.
alter table open_order alter column lane drop not null;
