-- Alarms of lanes and gateways, marked shapes, and orders to end a fire alarm.

-- The make's name for a person.
alter table lane add column make_title text;
-- A JSON list of alarms, as the gateway reports it.
alter table lane add column alarms text not null default '[]';
-- When the gateway last reported this lane. Older than its gateway's last_seen_at: the gateway no longer has the lane.
alter table lane add column reported_at integer;
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
    marked_at integer not null,
    primary key (garage_id, device, shape)
) strict;

-- An end of a fire alarm concerns no lane: SQLite drops a `not null` only by a new table.
create table new_open_order (
    id text primary key,
    garage_id text not null references garage (id),
    -- open, end_fire.
    action text not null default 'open',
    lane text,
    -- For end_fire: up to which report of a fire input, by the gateway's clock.
    through integer,
    -- Who made it: an operator, or a driver who scanned the lane's code.
    operator_id text references operator (id),
    person_id text,
    idempotency_key text not null,
    reason text not null,
    -- Whose car it is, where a person named one.
    plate_enc blob,
    made_at integer not null,
    expires_at integer not null,
    -- waiting, taken, opened, refused, expired, fire_ended.
    state text not null,
    -- The gateway's run that has it; no other run is given it.
    taken_by text,
    cause text,
    ended_at integer,
    unique (garage_id, operator_id, idempotency_key)
) strict;

insert into new_open_order (id, garage_id, lane, operator_id, person_id, idempotency_key, reason, plate_enc, made_at,
    expires_at, state, taken_by, cause, ended_at)
select id, garage_id, lane, operator_id, person_id, idempotency_key, reason, plate_enc, made_at,
    expires_at, state, taken_by, cause, ended_at from open_order;

drop table open_order;
alter table new_open_order rename to open_order;

create index open_order_by_time on open_order (expires_at);
create index open_order_by_garage on open_order (garage_id, id);
create unique index open_order_by_person_key on open_order (person_id, idempotency_key) where person_id is not null;
create index open_order_by_person on open_order (person_id, made_at) where person_id is not null;
