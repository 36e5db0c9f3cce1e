-- What gates send of a vehicle and of a reading. The rules of this schema are those of the first migration.

alter table gate_event add column plate_color text;
alter table gate_event add column vehicle_class text;
alter table gate_event add column travel text;
-- 1: the camera suspects a picture of a plate.
alter table gate_event add column suspect bigint not null default 0;
-- 1: occurred_at is the time of receipt, the device's own could not be.
alter table gate_event add column time_replaced bigint not null default 0;
-- 1: the gateway did not know when it happened; received_at is when the server got it.
alter table gate_event add column time_uncertain bigint not null default 0;
-- The earlier plate event of the same car.
alter table gate_event add column rereads_event_id text;
-- Of two readings of one car: the event whose reading stands, if that is an earlier one.
alter table gate_event add column standing_no bigint;
-- The id that the device sent, where another reading had it already.
alter table gate_event add column raw_event_id text;

create index gate_event_by_raw_id on gate_event (garage_id, device, raw_event_id) where raw_event_id is not null;

alter table visit add column plate_color text;
alter table visit add column vehicle_class text;

-- When its car has passed the gate. Null with a plate: the car is at the gate.
alter table arrival add column entered_at bigint;
update arrival set entered_at = arrived_at where plate_hash is not null;
-- The cursors before and after the car passed the gate: a screen that shows the one may act on the other.
alter table arrival add column at_gate_cursor bigint;
alter table arrival add column entered_cursor bigint;
-- 1: a guardian reported by hand before any car was read.
alter table arrival add column by_hand bigint not null default 0;
update arrival set by_hand = 1 where plate_hash is null;
-- Why a teacher should look at the car: read_again, two_readings, several_vehicles.
alter table arrival add column reading_doubt text;
-- The plate of the other reading of the same car.
alter table arrival add column other_plate_hash bytea;

create index arrival_by_other_reading on arrival (garage_id, other_plate_hash) where other_plate_hash is not null;

-- Ground colours of plates, where they are known; empty: any. Two colours of one text are two vehicles.
alter table vehicle add column plate_color text not null default '';

alter table permit add column plate_color text not null default '';
alter table permit drop constraint permit_pkey;
alter table permit add primary key (garage_id, plate_hash, audience, plate_color);
