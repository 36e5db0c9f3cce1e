-- What gates send of a vehicle and of a reading. The rules of this schema are those of the first migration.

alter table gate_event add column plate_color text;
alter table gate_event add column vehicle_class text;
alter table gate_event add column travel text;
-- 1: the camera suspects a picture of a plate.
alter table gate_event add column suspect integer not null default 0;
-- 1: occurred_at is the time of receipt, the device's own could not be.
alter table gate_event add column time_replaced integer not null default 0;
-- 1: the gateway did not know when it happened; received_at is when the server got it.
alter table gate_event add column time_uncertain integer not null default 0;
-- The earlier plate event of the same car.
alter table gate_event add column rereads_event_id text;
-- Of two readings of one car: the event whose reading stands, if that is an earlier one.
alter table gate_event add column standing_no integer;
-- The id that the device sent, where another reading had it already.
alter table gate_event add column raw_event_id text;

create index gate_event_by_raw_id on gate_event (garage_id, device, raw_event_id) where raw_event_id is not null;

alter table visit add column plate_color text;
alter table visit add column vehicle_class text;

-- When its car has passed the gate. Null with a plate: the car is at the gate.
alter table arrival add column entered_at integer;
update arrival set entered_at = arrived_at where plate_hash is not null;
-- The cursors before and after the car passed the gate: a screen that shows the one may act on the other.
alter table arrival add column at_gate_cursor integer;
alter table arrival add column entered_cursor integer;
-- 1: a guardian reported by hand before any car was read.
alter table arrival add column by_hand integer not null default 0;
update arrival set by_hand = 1 where plate_hash is null;
-- Why a teacher should look at the car: read_again, two_readings, several_vehicles.
alter table arrival add column reading_doubt text;
-- The plate of the other reading of the same car.
alter table arrival add column other_plate_hash blob;

create index arrival_by_other_reading on arrival (garage_id, other_plate_hash) where other_plate_hash is not null;

-- Ground colours of plates, where they are known; empty: any. Two colours of one text are two vehicles.
alter table vehicle add column plate_color text not null default '';

create table permit_of_vehicle (
    garage_id text not null references garage (id),
    plate_hash blob not null,
    plate_enc blob not null,
    audience text not null,
    plate_color text not null default '',
    primary key (garage_id, plate_hash, audience, plate_color)
) strict;

insert into permit_of_vehicle (garage_id, plate_hash, plate_enc, audience)
select garage_id, plate_hash, plate_enc, audience from permit;

drop table permit;
alter table permit_of_vehicle rename to permit;
