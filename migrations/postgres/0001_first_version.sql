-- Rules of this schema (docs/decisions/0002-one-sql-two-databases.md):
-- times are microseconds since 1970 UTC; truth values are 0 or 1; ids are text; a column that ends in
-- _enc is encrypted with the data key, one that ends in _hash is a keyed hash by which it is found.

create table key_check (
    id bigint primary key check (id = 1),
    proof_hash bytea not null
);

create table garage (
    id text primary key,
    number bigint not null unique,
    name text not null,
    name_en text not null,
    operator_name text not null,
    address text not null,
    lat_e6 bigint not null,
    lon_e6 bigint not null,
    capacity bigint not null check (capacity > 0),
    -- Null: no data, which is not 0. May be below 0 or above capacity: that is an alarm, not an error.
    occupied bigint,
    count_changed_at bigint,
    created_at bigint not null,
    modified_at bigint not null
);

create table garage_window (
    garage_id text not null references garage (id),
    position bigint not null,
    audience text not null,
    weekdays bigint not null,
    start_minute bigint not null,
    length_minutes bigint not null,
    primary key (garage_id, position)
);

create table permit (
    garage_id text not null references garage (id),
    plate_hash bytea not null,
    plate_enc bytea not null,
    audience text not null,
    primary key (garage_id, plate_hash, audience)
);

create table gateway (
    garage_id text primary key references garage (id),
    token_hash bytea not null unique,
    epoch text,
    acked_seq bigint not null default 0,
    last_seen_at bigint,
    backlog bigint not null default 0,
    version text,
    plan_etag text
);

create table lane (
    garage_id text not null references garage (id),
    id text not null,
    name text not null,
    direction text not null,
    pass_by text not null,
    device text not null,
    last_seen_at bigint,
    firmware text,
    pending_events bigint not null default 0,
    primary key (garage_id, id)
);

create table gate_event (
    no bigint generated always as identity primary key,
    garage_id text not null references garage (id),
    device text not null,
    event_id text not null,
    epoch text not null,
    seq bigint not null,
    lane text not null,
    direction text not null,
    kind text not null,
    plate_hash bytea,
    plate_enc bytea,
    confidence bigint not null,
    occurred_at bigint not null,
    received_at bigint not null,
    stored_at bigint not null,
    decision text,
    offline bigint not null,
    of_event_id text,
    delta bigint not null,
    unique (garage_id, device, event_id)
);

create index gate_event_by_garage on gate_event (garage_id, no);
-- What is still to be forgotten, oldest first.
create index gate_event_to_forget on gate_event (stored_at) where plate_enc is not null;

create table dead_letter (
    no bigint generated always as identity primary key,
    garage_id text not null references garage (id),
    epoch text not null,
    seq bigint not null,
    device text not null,
    code text not null,
    detail text not null,
    excerpt_enc bytea not null,
    received_at bigint not null,
    stored_at bigint not null,
    unique (garage_id, epoch, seq)
);

create index dead_letter_by_garage on dead_letter (garage_id, no);

create table visit (
    id text primary key,
    garage_id text not null references garage (id),
    plate_hash bytea,
    plate_enc bytea,
    audience text,
    -- Null for a car that was inside before anything was known of it.
    entry_event bigint references gate_event (no),
    entered_at bigint,
    exit_event bigint references gate_event (no),
    exited_at bigint,
    -- exit, exit_missed (the same plate came in again), or null while the car is inside.
    ended_by text
);

create index visit_to_forget on visit (coalesce(exited_at, entered_at)) where plate_enc is not null;
create index visit_inside on visit (garage_id, plate_hash) where ended_by is null;

create table operator (
    id text primary key,
    username text not null unique,
    name text not null,
    password_hash text
);

create table operates (
    operator_id text not null references operator (id),
    garage_id text not null references garage (id),
    primary key (operator_id, garage_id)
);

create table operator_session (
    token_hash bytea primary key,
    operator_id text not null references operator (id),
    created_at bigint not null,
    expires_at bigint not null
);

create table adjustment (
    id text primary key,
    garage_id text not null references garage (id),
    operator_id text not null references operator (id),
    idempotency_key text not null,
    at bigint not null,
    count_before bigint,
    count_after bigint not null,
    reason text not null,
    unique (garage_id, operator_id, idempotency_key)
);

create index adjustment_by_garage on adjustment (garage_id, at);

create table service_token (
    token_hash bytea primary key,
    name text not null unique,
    created_at bigint not null
);

create table school (
    id text primary key,
    name text not null,
    garage_id text not null references garage (id)
);

create table class (
    id text primary key,
    school_id text not null references school (id),
    name text not null
);

create table pupil (
    id text primary key,
    class_id text not null references class (id),
    key_hash bytea not null unique,
    name_enc bytea not null
);

create table person (
    id text primary key,
    key_hash bytea not null unique,
    name_enc bytea not null,
    openid_hash bytea unique,
    openid_enc bytea,
    hall_school_id text references school (id)
);

create table teaches (
    person_id text not null references person (id),
    class_id text not null references class (id),
    primary key (person_id, class_id)
);

create table guardian (
    person_id text not null references person (id),
    pupil_id text not null references pupil (id),
    relation text not null,
    -- A custody block: beats everything else that this person's car may do for this pupil.
    blocked bigint not null default 0,
    primary key (person_id, pupil_id)
);

create index guardian_by_pupil on guardian (pupil_id);

create table vehicle (
    id text primary key,
    person_id text not null references person (id),
    plate_hash bytea not null,
    plate_enc bytea not null,
    created_at bigint not null,
    unique (person_id, plate_hash)
);

create index vehicle_by_plate on vehicle (plate_hash);

create table bind_code (
    code_hash bytea primary key,
    person_id text not null references person (id),
    expires_at bigint not null,
    used_at bigint
);

create table bind_attempt (
    openid_hash bytea primary key,
    since bigint not null,
    failures bigint not null
);

create table session (
    token_hash bytea primary key,
    person_id text not null references person (id),
    created_at bigint not null,
    expires_at bigint not null
);

create index session_by_person on session (person_id);

create table arrival (
    id text primary key,
    school_id text not null references school (id),
    class_id text not null references class (id),
    pupil_id text not null references pupil (id),
    garage_id text not null references garage (id),
    -- Local calendar day, YYYY-MM-DD.
    day text not null,
    order_no bigint not null,
    phase text not null,
    phase_since bigint not null,
    claimed bigint not null,
    arrived_at bigint not null,
    changed_at bigint not null,
    -- Cursor of the last change.
    cursor bigint not null unique,
    plate_hash bytea,
    plate_enc bytea,
    guardian_relation text,
    note text,
    entry_event bigint references gate_event (no),
    car_left_at bigint,
    acted_by text references person (id),
    -- The last act and the cursor it was based on: how a repeated request is recognised.
    last_act text,
    last_act_seen bigint,
    unique (class_id, day, order_no)
);

create index arrival_by_time on arrival (arrived_at);
create index arrival_by_class on arrival (class_id, cursor);
create index arrival_by_school on arrival (school_id, cursor);
create index arrival_by_pupil on arrival (pupil_id, day);
create index arrival_by_car on arrival (garage_id, plate_hash) where car_left_at is null;

-- Append-only. Cursors are taken under the lock of feed_head, so that they are in the order of the commits and
-- a reader never passes one that is still to appear.
create table feed_head (
    id bigint primary key check (id = 1),
    cursor bigint not null
);

insert into feed_head (id, cursor) values (1, 0);

create table feed (
    cursor bigint primary key,
    at bigint not null,
    school_id text not null references school (id),
    class_id text not null references class (id),
    arrival_id text not null
);

create table audit (
    no bigint generated always as identity primary key,
    at bigint not null,
    actor_kind text not null,
    actor_id text not null,
    action text not null,
    subject text not null,
    detail text not null
);

create index audit_by_time on audit (at);
